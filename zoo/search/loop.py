"""The loop behind every search: the model steps, the strategy chooses, until all texts are complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from keras import ops, tree

from zoo.backend.types import Function, Nest, Tensor
from zoo.search.processors import Processor
from zoo.search.step import Carry, first_carry, search_step
from zoo.search.strategy import Strategy

if TYPE_CHECKING:
    from zoo.search.stepper import Stepper

Numbers = tuple[Mapping[str, Tensor], Sequence[Mapping[str, Tensor]]]
"""The options of the strategy, and those of each processor, that compiled functions take as tensors."""


class Loop:
    """The compiled loop of one strategy with its processors.

    It is compiled once for each set of shapes: the number of texts B, the hypotheses W of each, the steps of a call,
    the length of the history.

    Args:
        model: the stepper.
        strategy: chooses.
        processors: are applied before it.
        end: the token that ends a text; None if texts continue to their maximum length.
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
        tokens, limit = ops.convert_to_tensor(tokens), ops.convert_to_tensor(limit)
        history = None if history is None else ops.convert_to_tensor(history)
        return first_carry(self._model, strategy, tokens, state, limit, history), memory

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
            carry, parent, logits = search_step(
                self._model, strategy, processors, carry, memory, given, position + time, limit, seeds, self._end
            )
            self.vocabulary = int(logits.shape[-1])
            tokens = ops.slice_update(tokens, (time, 0, 0), carry.tokens[None])
            if self.width > 1 and parent is not None:
                parents = ops.slice_update(parents, (time, 0, 0), parent[None])
            return time + 1, finished(carry), carry, tokens, parents

        tokens = ops.zeros((steps, rows, self.width), "int32")
        # Steps that are not made leave each hypothesis where it is.
        parents = tokens + ops.arange(self.width, dtype="int32") if self.width > 1 else ops.zeros((0,), "int32")
        start = (ops.zeros((), "int32"), finished(carry), carry, tokens, parents)
        _, done, carry, tokens, parents = ops.while_loop(unfinished, body, start)
        score = ops.where(carry.ended, strategy.score(carry.beam_state(limit, mask)), -float("inf"))  # [B, W]
        return tokens, parents, carry, score, done
