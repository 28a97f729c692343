"""The loop behind every search: the model steps, the strategy chooses, until all texts are complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from keras import ops, tree

from zoo.backend.types import Nest, Tensor
from zoo.search.processors import Processor, Written
from zoo.search.strategy import BeamState, StepContext, Strategy

if TYPE_CHECKING:
    from zoo.search.stepper import Stepper

Function = Callable[..., Any]
Numbers = tuple[Mapping[str, Tensor], Sequence[Mapping[str, Tensor]]]
"""The options of the strategy, and those of each processor, that compiled functions take as tensors."""

FREE = -1
"""Marks a position where the strategy chooses the token; at other positions the token is given."""


class Carry(NamedTuple):
    """What goes from step to step, and from call to call.

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
        """What the strategy scores."""
        return BeamState(self.total, self.length, self.ended, limit, self.own, mask)


class Loop:
    """The compiled loop of one strategy with its processors.

    It is compiled once for each set of shapes: the number of texts B, the hypotheses W of each, the steps of a call,
    the length of the history.

    Args:
        model: the stepper.
        strategy: chooses.
        processors: are applied before it.
        end: the token that ends a text; None where texts go on to their maximum length.
        compile: compiles a function of tensors.
    """

    def __init__(
        self,
        model: Stepper,
        strategy: Strategy,
        processors: Sequence[Processor],
        end: int | None,
        compile: Callable[[Function], Function],
    ) -> None:
        self._model, self._strategy, self._processors, self._end = model, strategy, processors, end
        self.width = strategy.width
        self.uses_history = any(processor.uses_history for processor in processors)
        self.traces = 0
        self.vocabulary: int | None = None
        """V, known once the loop has been traced."""
        self.start = compile(self._start)
        self.advance = compile(self._advance)

    def numbers(self, strategy: Strategy, processors: Sequence[Processor]) -> Numbers:
        """Return the numbers that the compiled functions take, from options that share this loop."""
        return strategy.numbers(), [processor.numbers() for processor in processors]

    def _start(
        self, tokens: Tensor, memory: Nest | None, limit: Tensor, history: Tensor | None, numbers: Numbers
    ) -> tuple[Carry, Nest | None]:
        """Begin.

        Args:
            tokens: int `[B]`, the first token of each text.
            memory: of the model, B rows; or None.
            limit: int `[B]`, the maximum length of each text.
            history: int `[B W, H]`, empty; or None.
            numbers: see `numbers`.

        Returns:
            The carry, and the memory of B W rows.
        """
        strategy = self._strategy.bind(numbers[0])
        rows, width = tokens.shape[0], self.width
        if width > 1 and memory is not None:
            memory = tree.map_structure(lambda leaf: ops.repeat(leaf, width, axis=0), memory)
        count = rows * width
        state = self._model.start(count) if memory is None else self._model.start(count, memory=memory)
        first = ops.repeat(ops.convert_to_tensor(tokens)[:, None], width, axis=1)  # [B, W]
        # Hypotheses that would choose alike begin as one: the first of each group.
        groups = getattr(strategy, "groups", 1)
        single = ops.equal(ops.arange(width) % (width // groups), 0)
        if history is not None:
            history = ops.slice_update(ops.convert_to_tensor(history), (0, 0), ops.reshape(first, (count, 1)))
        carry = Carry(
            tokens=first,
            state=state,
            own=strategy.start(self._model, state),
            total=ops.zeros((rows, width)) + ops.where(single, 0.0, -float("inf")),
            length=ops.zeros((rows, width), "int32"),
            ended=ops.zeros((rows, width), "bool") | (ops.convert_to_tensor(limit)[:, None] <= 0),
            read=ops.ones((), "int32"),
            history=[] if history is None else [history],
        )
        return carry, memory

    def _advance(
        self,
        carry: Carry,
        memory: Nest | None,
        mask: Tensor | None,
        forced: Tensor,
        position: Tensor,
        limit: Tensor,
        seeds: Tensor,
        numbers: Numbers,
    ) -> tuple[Tensor, Tensor, Carry, Tensor, Tensor]:
        """Make as many steps as `forced` has, or until all texts are complete.

        Args:
            carry: as `start` or the previous call returned it.
            memory: B W rows; or None.
            mask: bool `[B, S]`, which positions of the memory there are; or None.
            forced: int `[B, T]`, tokens of primes; `FREE` where the strategy chooses.
            position: int `[B]`, how many tokens each text has; negative while its prime is read.
            limit: int `[B]`, the maximum length of each text.
            seeds: int `[B]`.
            numbers: see `numbers`.

        Returns:
            Tokens, int `[T, B, W]`; parents, likewise, where W is above 1; the carry; scores `[B, W]`, -inf for texts
            that are not complete; and whether all are complete.
        """
        self.traces += 1
        strategy = self._strategy.bind(numbers[0])
        processors = [one.bind(values) for one, values in zip(self._processors, numbers[1], strict=True)]
        forced, position, limit = (ops.convert_to_tensor(part) for part in (forced, position, limit))
        seeds = ops.convert_to_tensor(seeds)
        rows, steps = forced.shape

        def finished(carry: Carry) -> Tensor:
            return ops.all(strategy.finished(carry.beam_state(limit, mask)))

        def unfinished(time: Tensor, done: Tensor, *_: Nest) -> Tensor:
            return ops.logical_and(ops.less(time, steps), ops.logical_not(done))

        def body(time: Tensor, done: Tensor, carry: Carry, tokens: Tensor, parents: Tensor) -> tuple[Nest, ...]:
            given = ops.take(forced, time, axis=1)  # [B]
            carry, parent = self._step(strategy, processors, carry, memory, given, position + time, limit, seeds)
            tokens = ops.slice_update(tokens, (time, 0, 0), carry.tokens[None])
            if self.width > 1:
                parents = ops.slice_update(parents, (time, 0, 0), parent[None])
            return time + 1, finished(carry), carry, tokens, parents

        tokens = ops.zeros((steps, rows, self.width), "int32")
        # Steps that are not made leave each hypothesis where it is.
        parents = tokens + ops.arange(self.width, dtype="int32") if self.width > 1 else ops.zeros((0,), "int32")
        start = (ops.zeros((), "int32"), finished(carry), carry, tokens, parents)
        _, done, carry, tokens, parents = ops.while_loop(unfinished, body, start)
        score = ops.where(carry.ended, strategy.score(carry.beam_state(limit, mask)), -float("inf"))  # [B, W]
        return tokens, parents, carry, score, done

    def _step(
        self,
        strategy: Strategy,
        processors: Sequence[Processor],
        carry: Carry,
        memory: Nest | None,
        given: Tensor,
        position: Tensor,
        limit: Tensor,
        seeds: Tensor,
    ) -> tuple[Carry, Tensor]:
        """Make one step.

        Returns:
            The new carry, and parents int `[B, W]`; None where W is 1.
        """
        rows, width = carry.tokens.shape
        total, length, ended, history = carry.total, carry.length, carry.ended, carry.history
        last = ops.reshape(carry.tokens, (rows * width,))
        if memory is None:
            logits, state = self._model.step(last, carry.state)  # [B W, V]
        else:
            logits, state = self._model.step(last, carry.state, memory=memory)
        self.vocabulary = int(logits.shape[-1])
        own = strategy.observe(carry.own, self._model, state, ops.reshape(ended, (rows * width,)))

        written = Written(history[0] if history else None, carry.read, ops.repeat(position, width), self._end)
        scores, broken = _processed(logits, processors, written)
        scores, broken = ops.reshape(scores, (rows, width, -1)), ops.reshape(broken, (rows, width))
        free = given < 0  # [B]
        if any(processor.forbids for processor in processors):
            # A hypothesis that no token may extend is complete.
            stuck = ops.logical_and(ops.equal(ops.max(scores, axis=-1), -float("inf")), total > -float("inf"))
            stuck = ops.logical_and(stuck, ops.logical_not(broken))
            ended = ops.logical_or(ended, ops.logical_and(free[:, None], stuck))

        tokens, parents = strategy.choose(StepContext(scores, total, ended, position, seeds))
        if width > 1:
            straight = ops.arange(width, dtype="int32")
            parents = ops.where(free[:, None], straight if parents is None else parents, straight)  # [B, W]
            flat = ops.reshape(ops.arange(rows, dtype="int32")[:, None] * width + parents, (rows * width,))
            state, own, history = tree.map_structure(lambda leaf: ops.take(leaf, flat, axis=0), (state, own, history))
            total, length, ended, broken = (
                ops.take_along_axis(part, parents, axis=1) for part in (total, length, ended, broken)
            )
            size = scores.shape[-1]
            flat_scores = ops.reshape(scores, (rows, width * size))
            gained = ops.take_along_axis(flat_scores, parents * size + tokens, axis=1)  # [B, W]
        else:
            gained = ops.take_along_axis(scores[:, 0], tokens, axis=1)  # [B, 1]

        grows = ops.logical_and(free[:, None], ops.logical_not(ended))  # [B, W]
        total = total + ops.where(grows, ops.where(broken, float("nan"), gained), 0.0)
        length = length + ops.cast(grows, "int32")
        tokens = ops.where(free[:, None], ops.where(ended, 0, tokens), given[:, None])
        complete = length >= limit[:, None]
        if self._end is not None:
            # An unused place of the beam must not be kept as if it held a text.
            ends = ops.logical_and(ops.equal(tokens, self._end), total > -float("inf"))
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
