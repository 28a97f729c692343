"""One step of a search: the model reads a token of every hypothesis, the strategy chooses the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from zoo.backend.array_namespace import array_namespace, map_structure
from zoo.backend.types import Nest, Tensor
from zoo.search.processors import Processor, Written
from zoo.search.strategy import BeamState, StepContext, Strategy

if TYPE_CHECKING:
    from zoo.search.stepper import Stepper

FREE = -1
"""Marks a position where the strategy chooses the token; at other positions the token is given."""


class Carry(NamedTuple):
    """The state that passes from step to step, and from call to call.

    Attributes:
        tokens: int `[B, W]`, the last token of each hypothesis.
        state: of the model, B W rows.
        own: the strategy's own state, B W rows.
        total: `[B, W]`, log-probability of each hypothesis (see `BeamState`).
        length: int `[B, W]`.
        ended: bool `[B, W]`.
        read: int, how many tokens of the history there are.
        history: int `[B W, H]`, in a list; an empty list where no processor needs it.
    """

    tokens: Tensor
    state: Nest
    own: Nest
    total: Tensor
    length: Tensor
    ended: Tensor
    read: Tensor
    history: list[Tensor]

    def beam_state(self, limit: Tensor, mask: Tensor | None) -> BeamState:
        """The hypotheses that the strategy scores."""
        return BeamState(self.total, self.length, self.ended, limit, self.own, mask)


def first_carry(
    model: Stepper, strategy: Strategy, tokens: Tensor, state: Nest, limit: Tensor, history: Tensor | None
) -> Carry:
    """The initial state of a search, as tensors or NumPy arrays.

    Args:
        model: the stepper.
        strategy: chooses.
        tokens: int `[B]`, the first token of each text.
        state: of the model, B W rows.
        limit: int `[B]`, the maximum length of each text.
        history: int `[B W, H]`, empty; or None.
    """
    ops, rows, width = array_namespace(tokens), tokens.shape[0], strategy.width
    first = ops.repeat(tokens[:, None], width, axis=1)  # [B, W]
    # Hypotheses that would choose alike begin as one: the first of each group.
    groups = getattr(strategy, "groups", 1)
    single = ops.equal(ops.arange(width) % (width // groups), 0)
    if history is not None:
        history = ops.slice_update(history, (0, 0), ops.reshape(first, (rows * width, 1)))
    return Carry(
        tokens=first,
        state=state,
        own=strategy.start(model, state),
        total=ops.zeros((rows, width)) + ops.where(single, 0.0, -float("inf")),
        length=ops.zeros((rows, width), "int32"),
        ended=ops.zeros((rows, width), "bool") | (limit[:, None] <= 0),
        read=ops.ones((), "int32"),
        history=[] if history is None else [history],
    )


def search_step(
    model: Stepper,
    strategy: Strategy,
    processors: Sequence[Processor],
    carry: Carry,
    memory: Nest | None,
    given: Tensor,
    position: Tensor,
    limit: Tensor,
    seeds: Tensor,
    end: int | None,
) -> tuple[Carry, Tensor | None, Tensor]:
    """Make one step, on tensors or on NumPy arrays.

    Args:
        model: the stepper.
        strategy: chooses.
        processors: are applied before it.
        carry: as the step before left it.
        memory: of the model, B W rows; or None.
        given: int `[B]`, the token of a prime; `FREE` where the strategy chooses.
        position: int `[B]`, how many tokens each text has; negative while its prime is read.
        limit: int `[B]`, the maximum length of each text.
        seeds: int `[B]`.
        end: the token that ends a text; None if texts continue to their maximum length.

    Returns:
        The new carry; parents int `[B, W]`, None where W is 1; the logits `[B W, V]`.
    """
    ops, (rows, width) = array_namespace(given), carry.tokens.shape
    last = ops.reshape(carry.tokens, (rows * width,))
    if memory is None:
        logits, state = model.step(last, carry.state)  # [B W, V]
    else:
        logits, state = model.step(last, carry.state, memory=memory)
    own = strategy.observe(carry.own, model, state, ops.reshape(carry.ended, (rows * width,)))
    written = Written(carry.history[0] if carry.history else None, carry.read, ops.repeat(position, width), end)
    scores, broken = _processed(logits, processors, written)
    carry = carry._replace(state=state, own=own)
    forbids = any(processor.forbids for processor in processors)
    carry, parents = choose_tokens(strategy, carry, scores, broken, forbids, given, position, limit, seeds, end)
    return carry, parents, logits


def choose_tokens(
    strategy: Strategy,
    carry: Carry,
    scores: Tensor,
    broken: Tensor,
    forbids: bool,
    given: Tensor,
    position: Tensor,
    limit: Tensor,
    seeds: Tensor,
    end: int | None,
    names: Tensor | None = None,
) -> tuple[Carry, Tensor | None]:
    """Make the second half of a step: the strategy chooses among the model's predictions.

    Args:
        strategy: chooses.
        carry: as the step before left it, with the states after the model's step.
        scores: `[B W, V]`, log-probabilities of the next token, -inf where it is forbidden.
        broken: bool `[B W]`, whether they are not finite numbers.
        forbids: whether any token may be forbidden.
        given: see `search_step`, as are the arguments that follow.
        position: likewise.
        limit: likewise.
        seeds: likewise.
        end: likewise.
        names: int `[B W, V]`, the tokens that the scores stand for; None where they are the vocabulary in order.

    Returns:
        The new carry, and parents int `[B, W]`, None where W is 1.
    """
    ops, (rows, width) = array_namespace(given), carry.tokens.shape
    total, length, ended, history = carry.total, carry.length, carry.ended, carry.history
    state, own = carry.state, carry.own
    scores, broken = ops.reshape(scores, (rows, width, -1)), ops.reshape(broken, (rows, width))
    free = given < 0  # [B]
    if forbids:
        # A hypothesis that no token may extend is complete.
        stuck = ops.logical_and(ops.equal(ops.max(scores, axis=-1), -float("inf")), total > -float("inf"))
        stuck = ops.logical_and(stuck, ops.logical_not(broken))
        ended = ops.logical_or(ended, ops.logical_and(free[:, None], stuck))

    tokens, parents = strategy.choose(StepContext(scores, total, ended, position, seeds))
    if width > 1:
        straight = ops.arange(width, dtype="int32")
        parents = ops.where(free[:, None], straight if parents is None else parents, straight)  # [B, W]
        flat = ops.reshape(ops.arange(rows, dtype="int32")[:, None] * width + parents, (rows * width,))
        state, own, history = map_structure(lambda leaf: ops.take(leaf, flat, axis=0), (state, own, history))
        total, length, ended, broken = (
            ops.take_along_axis(part, parents, axis=1) for part in (total, length, ended, broken)
        )
        size = scores.shape[-1]
        flat_scores = ops.reshape(scores, (rows, width * size))
        places = parents * size + tokens
        gained = ops.take_along_axis(flat_scores, places, axis=1)  # [B, W]
    else:
        places = tokens
        gained = ops.take_along_axis(scores[:, 0], tokens, axis=1)  # [B, 1]
    if names is not None:
        tokens = ops.take_along_axis(ops.reshape(names, (rows, -1)), places, axis=1)

    grows = ops.logical_and(free[:, None], ops.logical_not(ended))  # [B, W]
    total = total + ops.where(grows, ops.where(broken, float("nan"), gained), 0.0)
    length = length + ops.cast(grows, "int32")
    tokens = ops.where(free[:, None], ops.where(ended, 0, tokens), given[:, None])
    complete = length >= limit[:, None]
    if end is not None:
        # An unused place of the beam must not be kept as if it held a text.
        ends = ops.logical_and(ops.equal(tokens, end), total > -float("inf"))
        complete = ops.logical_or(complete, ends)
    ended = ops.logical_or(ended, ops.logical_and(grows, complete))
    if history:
        new = ops.reshape(tokens, (rows * width, 1))
        history = [ops.slice_update(history[0], (0, carry.read), new)]
    return Carry(tokens, state, own, total, length, ended, carry.read + 1, history), parents


def _processed(logits: Tensor, processors: Sequence[Processor], written: Written) -> tuple[Tensor, Tensor]:
    """Apply all processors: those that change preferences, the softmax, those that forbid.

    Returns:
        Log-probabilities `[R, V]`, and bool `[R]`, whether they were not finite numbers before some were forbidden.
    """
    ops = array_namespace(logits)
    scores = ops.cast(logits, "float32")  # [B W, V]
    for processor in processors:
        if not processor.forbids:
            scores = processor(scores, written)
    scores = ops.log_softmax(scores)
    broken = ops.isnan(scores[:, 0])  # one logit that is NaN or infinite makes all of them NaN
    for processor in processors:
        if processor.forbids:
            scores = processor(scores, written)
    return scores, broken
