"""Generation: the whole loop over a chunk of tokens is one compiled function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from keras import ops

from zoo.search.sampling import sample
from zoo.search.stepper import Stepper

FREE = -1


class Generator:
    """Generates tokens with a stepper.

    A loop of CHUNK steps is compiled once for each number of rows, which is rounded up to a power of two: the number
    of traces is bounded whatever is asked for. A prime is forced through the same loop, so that its length costs no
    trace of its own.

    Args:
        model: the stepper.
        compile: compiles a function of tensors (`Engine.compile`).
        chunk: steps in one call of the compiled function, which is also how often a stream gets something to print.
        banned: tokens that are never chosen, such as the one that stands for unknown symbols.
    """

    def __init__(
        self,
        model: Stepper,
        compile: Callable[[Callable[..., Any]], Callable[..., Any]],
        chunk: int = 64,
        banned: Sequence[int] = (),
    ) -> None:
        self._model = model
        self._banned = np.array(banned, np.int64)
        self._chunk = chunk
        self.traces = 0
        self._start = compile(self._start_graph)
        self._advance = compile(self._advance_graph)

    def generate(
        self, primes: Sequence[Sequence[int]], length: int, temperature: float, seeds: Sequence[int]
    ) -> Iterator[list[np.ndarray]]:
        """Go on from primes, chunk by chunk.

        Args:
            primes: token ids of each row; at least one a row.
            length: tokens to generate a row.
            temperature: of the softmax; 0 is greedy.
            seeds: one a row; the same seed and prime give the same tokens whatever the other rows are.

        Yields:
            The new tokens of each row, int32 `[n]` with n from 0 to the chunk's length.
        """
        count = len(primes)
        rows = 1 << max(0, count - 1).bit_length()
        lengths = np.array([len(prime) for prime in primes] + [1] * (rows - count))
        longest = int(lengths.max())
        steps = -(-(longest - 1 + length) // self._chunk) * self._chunk
        forced = np.full((rows, steps), FREE, np.int32)
        tokens = np.zeros(rows, np.int32)
        for row, prime in enumerate(primes):
            tokens[row] = prime[0]
            forced[row, : len(prime) - 1] = prime[1:]
        row_seeds = np.zeros(rows, np.int32)
        row_seeds[:count] = np.asarray(seeds, np.int64).astype(np.uint32).view(np.int32)
        state = self._start(np.zeros(rows, np.int32))
        for begin in range(0, steps, self._chunk):
            # A row's positions count from its own first generated token, wherever that stands in this batch.
            positions = (begin - (lengths - 1)).astype(np.int32)
            window = forced[:, begin : begin + self._chunk]
            chosen, tokens, state = self._advance(tokens, state, window, np.float32(temperature), row_seeds, positions)
            block = np.asarray(chosen)  # [B, chunk]
            yield [
                block[row, max(0, -positions[row]) : max(0, min(self._chunk, length - positions[row]))]
                for row in range(count)
            ]

    def _start_graph(self, rows: Any) -> Any:
        return self._model.start(rows.shape[0])

    def _advance_graph(
        self, tokens: Any, state: Any, forced: Any, temperature: Any, seeds: Any, positions: Any
    ) -> tuple[Any, Any, Any]:
        self.traces += 1
        forced = ops.transpose(forced)  # [chunk, B]
        seeds, positions = ops.convert_to_tensor(seeds), ops.convert_to_tensor(positions)

        def unfinished(time: Any, *_: Any) -> Any:
            return ops.less(time, self._chunk)

        def body(time: Any, tokens: Any, state: Any, chosen: Any) -> Any:
            logits, state = self._model.step(tokens, state)  # [B, V]
            if self._banned.size:
                logits = ops.cast(logits, "float32") + self._penalty(logits.shape[-1])
            free = sample(logits, temperature, seeds, positions + time)  # [B]
            given = ops.take(forced, time, axis=0)  # [B]
            tokens = ops.where(ops.less(given, 0), free, given)  # [B]
            chosen = ops.slice_update(chosen, (time, 0), tokens[None, :])
            return time + 1, tokens, state, chosen

        start = (ops.convert_to_tensor(0, dtype="int32"), ops.convert_to_tensor(tokens), state, ops.zeros_like(forced))
        _, tokens, state, chosen = ops.while_loop(unfinished, body, start)
        return ops.transpose(chosen), tokens, state

    def _penalty(self, size: int) -> np.ndarray:
        penalty = np.zeros(size, np.float32)  # [V]
        penalty[self._banned] = -np.inf
        return penalty
