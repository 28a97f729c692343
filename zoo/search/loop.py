"""The loop that every search is: the model steps, a strategy chooses, and so on until all texts are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from keras import ops, tree

from zoo.search.processors import Processor, Written
from zoo.search.strategy import BeamState, StepContext, Strategy

FREE = -1
"""Stands for a token that the strategy chooses, where others are forced."""


class Loop:
    """The compiled loop of one strategy with its processors.

    The number of texts B, the hypotheses W of each, the steps of a call and the length of the history are the shapes
    that it is compiled for. What goes from call to call is a dictionary, the carry:

    - `tokens` int `[B, W]`, the last of each hypothesis;
    - `state` of the model and `own` of the strategy, B W rows;
    - `total` `[B, W]`, `length` int `[B, W]`, `ended` bool `[B, W]` (see `BeamState`);
    - `history` int `[B W, H]`, where a processor needs it, and `read`, how much of it is filled.

    Args:
        model: the stepper.
        strategy: chooses.
        processors: come before it.
        end: the token that ends a text; None where texts go on to their limit.
        compile: compiles a function of tensors.
    """

    def __init__(
        self,
        model: Any,
        strategy: Strategy,
        processors: Sequence[Processor],
        end: int | None,
        compile: Callable[[Callable[..., Any]], Callable[..., Any]],
    ) -> None:
        self._model, self._strategy, self._processors, self._end = model, strategy, processors, end
        self.width = strategy.width
        self.uses_history = any(processor.uses_history for processor in processors)
        self.traces = 0
        self.start = compile(self._start)
        self.advance = compile(self._advance)

    def numbers(self, strategy: Strategy, processors: Sequence[Processor]) -> Any:
        """Give the numbers that the compiled functions take, of options that share this loop."""
        return strategy.numbers(), [processor.numbers() for processor in processors]

    def _start(self, tokens: Any, memory: Any, limit: Any, history: Any, numbers: Any) -> Any:
        """Begin.

        Args:
            tokens: int `[B]`, the first token of each text.
            memory: of the model, B rows; or None.
            limit: int `[B]`, the greatest length of each text.
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
        # Of the hypotheses that could choose alike, one is there at first.
        groups = getattr(strategy, "groups", 1)
        single = ops.equal(ops.arange(width) % (width // groups), 0)
        carry = {
            "tokens": first,
            "state": state,
            "own": strategy.start(self._model, state),
            "total": ops.zeros((rows, width)) + ops.where(single, 0.0, -float("inf")),
            "length": ops.zeros((rows, width), "int32"),
            "ended": ops.zeros((rows, width), "bool") | (ops.convert_to_tensor(limit)[:, None] <= 0),
            "read": ops.ones((), "int32"),
        }
        if history is not None:
            history = ops.convert_to_tensor(history)
            carry["history"] = ops.slice_update(history, (0, 0), ops.reshape(first, (count, 1)))
        return carry, memory

    def _advance(
        self, carry: Any, memory: Any, mask: Any, forced: Any, position: Any, limit: Any, seeds: Any, numbers: Any
    ) -> Any:
        """Go on for as many steps as `forced` has, or until all texts are done.

        Args:
            carry: see above.
            memory: B W rows; or None.
            mask: bool `[B, S]`, which positions of the memory there are; or None.
            forced: int `[B, T]`, tokens of primes; `FREE` where the strategy chooses.
            position: int `[B]`, how many tokens each text has, below 0 while its prime is read.
            limit: int `[B]`, the greatest length of each text.
            seeds: int `[B]`.
            numbers: see `numbers`.

        Returns:
            Tokens, int `[T, B, W]`; parents, likewise, where W is above 1; the carry; scores `[B, W]`, -inf for texts
            that are not complete; and whether all are done.
        """
        self.traces += 1
        strategy = self._strategy.bind(numbers[0])
        processors = [one.bind(values) for one, values in zip(self._processors, numbers[1], strict=True)]
        forced, position, limit = (ops.convert_to_tensor(part) for part in (forced, position, limit))
        seeds = ops.convert_to_tensor(seeds)
        rows, steps = forced.shape

        def beam_state(carry: Any) -> BeamState:
            return BeamState(carry["total"], carry["length"], carry["ended"], limit, carry["own"], mask)

        def unfinished(time: Any, done: Any, *_: Any) -> Any:
            return ops.logical_and(ops.less(time, steps), ops.logical_not(done))

        def body(time: Any, done: Any, carry: Any, tokens: Any, parents: Any) -> Any:
            given = ops.take(forced, time, axis=1)  # [B]
            carry, parent = self._step(strategy, processors, carry, memory, given, position + time, limit, seeds)
            tokens = ops.slice_update(tokens, (time, 0, 0), carry["tokens"][None])
            if self.width > 1:
                parents = ops.slice_update(parents, (time, 0, 0), parent[None])
            return time + 1, ops.all(strategy.finished(beam_state(carry))), carry, tokens, parents

        tokens = ops.zeros((steps, rows, self.width), "int32")
        # Steps that are not made leave each hypothesis where it is.
        parents = tokens + ops.arange(self.width, dtype="int32") if self.width > 1 else ops.zeros((0,), "int32")
        done = ops.all(strategy.finished(beam_state(carry)))
        start = (ops.zeros((), "int32"), done, carry, tokens, parents)
        _, done, carry, tokens, parents = ops.while_loop(unfinished, body, start)
        score = ops.where(carry["ended"], strategy.score(beam_state(carry)), -float("inf"))  # [B, W]
        return tokens, parents, carry, score, done

    def _step(
        self,
        strategy: Strategy,
        processors: Sequence[Processor],
        carry: Any,
        memory: Any,
        given: Any,
        position: Any,
        limit: Any,
        seeds: Any,
    ) -> tuple[Any, Any]:
        """Make one step; the new carry, and parents int `[B, W]` or None."""
        rows, width = carry["tokens"].shape
        total, length, ended = carry["total"], carry["length"], carry["ended"]
        history, read = carry.get("history"), carry["read"]
        last = ops.reshape(carry["tokens"], (rows * width,))
        if memory is None:
            logits, state = self._model.step(last, carry["state"])  # [B W, V]
        else:
            logits, state = self._model.step(last, carry["state"], memory=memory)
        own = strategy.observe(carry["own"], self._model, state, ops.reshape(ended, (rows * width,)))

        written = Written(history, read, ops.repeat(position, width), self._end)
        scores = _processed(logits, processors, written)
        scores = ops.reshape(scores, (rows, width, -1))  # [B, W, V]
        free = given < 0  # [B]
        if any(processor.forbids for processor in processors):
            # A hypothesis that may not go on in any way is complete.
            stuck = ops.logical_and(ops.equal(ops.max(scores, axis=-1), -float("inf")), total > -float("inf"))
            ended = ops.logical_or(ended, ops.logical_and(free[:, None], stuck))

        tokens, parents = strategy.choose(StepContext(scores, total, ended, position, seeds))
        if width > 1:
            straight = ops.arange(width, dtype="int32")
            parents = ops.where(free[:, None], straight if parents is None else parents, straight)  # [B, W]
            flat = ops.reshape(ops.arange(rows, dtype="int32")[:, None] * width + parents, (rows * width,))
            state, own, history = tree.map_structure(
                lambda leaf: ops.take(leaf, flat, axis=0), (state, own, [] if history is None else [history])
            )
            history = history[0] if history else None
            total, length, ended = (ops.take_along_axis(part, parents, axis=1) for part in (total, length, ended))
            size = scores.shape[-1]
            flat_scores = ops.reshape(scores, (rows, width * size))
            gained = ops.take_along_axis(flat_scores, parents * size + tokens, axis=1)  # [B, W]
        else:
            gained = ops.take_along_axis(scores[:, 0], tokens, axis=1)  # [B, 1]

        grows = ops.logical_and(free[:, None], ops.logical_not(ended))  # [B, W]
        total = total + ops.where(grows, gained, 0.0)
        length = length + ops.cast(grows, "int32")
        tokens = ops.where(free[:, None], ops.where(ended, 0, tokens), given[:, None])
        complete = length >= limit[:, None]
        if self._end is not None:
            # An empty place of the beam must not be kept as if a text stood in it.
            ends = ops.logical_and(ops.equal(tokens, self._end), total > -float("inf"))
            complete = ops.logical_or(complete, ends)
        ended = ops.logical_or(ended, ops.logical_and(grows, complete))
        carry = {
            "tokens": tokens,
            "state": state,
            "own": own,
            "total": total,
            "length": length,
            "ended": ended,
            "read": read + 1,
        }
        if history is not None:
            new = ops.reshape(tokens, (rows * width, 1))
            carry["history"] = ops.slice_update(history, (0, read), new)
        return carry, parents


def _processed(logits: Any, processors: Sequence[Processor], written: Written) -> Any:
    """Log-probabilities after all processors: those that change preferences, the softmax, those that forbid."""
    scores = ops.cast(logits, "float32")  # [B W, V]
    for processor in processors:
        if not processor.forbids:
            scores = processor(scores, written)
    scores = ops.log_softmax(scores)
    for processor in processors:
        if processor.forbids:
            scores = processor(scores, written)
    return scores
