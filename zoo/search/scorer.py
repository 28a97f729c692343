"""How probable given texts are: for comparing candidates, and for perplexities."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from zoo.data.batching.length_buckets import length_bucket, pad_sequences, row_bucket
from zoo.errors import UsageError
from zoo.search.batching import by_length, rows_of
from zoo.search.compiling import compiler
from zoo.search.stepper import Stepper, Tokens


@dataclass(frozen=True)
class Score:
    """How probable a text is.

    Attributes:
        tokens: float32 `[n]`, the log-probability of each token, the end token's last where there is one.
    """

    tokens: np.ndarray

    @property
    def total(self) -> float:
        """The log-probability of the text, natural."""
        return float(np.sum(self.tokens, dtype=np.float64))

    @property
    def perplexity(self) -> float:
        """Of a token; 1 for a text without any."""
        return math.exp(min(-self.total / max(1, len(self.tokens)), 700.0))


class Scorer:
    """Scores texts with a stepper, which reads them in the same compiled way as a search writes them.

    Args:
        model: the stepper.
        compile: compiles a function of tensors (`Engine.compile`); by default XLA.
        chunk: steps in one call of the compiled function.
        begin: the token that every text begins with, before the prime; None where there is none.
        end: the token that ends a text; None where texts do not end.
        encode: makes the memory of padded sources and their mask (see `Generator`).
        fixed: all sources have one shape.
    """

    def __init__(
        self,
        model: Stepper,
        compile: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None,
        chunk: int = 64,
        *,
        begin: int | None = None,
        end: int | None = None,
        encode: Callable[[Any, Any], Any] | None = None,
        fixed: bool = False,
    ) -> None:
        self._model, self._chunk, self._begin, self._end = model, chunk, begin, end
        self._encode, self._fixed = encode, fixed
        self.traces = 0
        make = compile or compiler(model)
        self._start, self._advance = make(self._start_graph), make(self._advance_graph)

    def score(
        self,
        primes: Sequence[Tokens] | None,
        texts: Sequence[Tokens],
        *,
        sources: Sequence[Any] | None = None,
        memory: Any = None,
        ended: bool | Sequence[bool] = True,
        batch: int = 64,
    ) -> list[Score]:
        """Score texts.

        Args:
            primes: tokens that each text goes on from; None: none, for a scorer with a begin token.
            texts: tokens of each text.
            sources: what the texts answer, for a scorer with `encode`.
            memory: in place of sources, what an encoder made of them.
            ended: whether the end token belongs to each text; without an end token it never does.
            batch: how many texts at a time.

        Returns:
            A score a text.

        Raises:
            UsageError: a prime is empty, or there are more of one than of the other.
        """
        begin = [] if self._begin is None else [self._begin]
        primes = [()] * len(texts) if primes is None else primes
        endings = np.broadcast_to(np.asarray(ended), (len(texts),))
        if len(primes) != len(texts) or (sources is not None and len(sources) != len(texts)):
            raise UsageError(f"{len(texts)} texts: there must be as many primes, and as many sources")
        whole, starts = [], []
        for prime, text, ending in zip(primes, texts, endings, strict=True):
            read = [*begin, *(int(token) for token in prime)]
            if not read:
                raise UsageError("an empty prime: without a begin token at least one token is needed to go on from")
            end = [] if self._end is None or not ending else [self._end]
            starts.append(len(read) - 1)
            whole.append(np.array([*read, *(int(token) for token in text), *end], np.int32))
        arrays = None if sources is None else [np.asarray(source) for source in sources]
        sizes = [(0 if arrays is None else len(arrays[place]), len(tokens)) for place, tokens in enumerate(whole)]
        found: list[Any] = [None] * len(texts)
        for places in by_length(sizes, batch):
            rows = row_bucket(len(places))
            part = self._memory(arrays, memory, places, rows)
            logs = self._run([whole[place] for place in places], part, rows)
            for row, place in enumerate(places):
                found[place] = Score(logs[row, starts[place] : len(whole[place]) - 1])
        return found

    def _memory(self, sources: Sequence[np.ndarray] | None, memory: Any, places: Sequence[int], rows: int) -> Any:
        if sources is not None:
            assert self._encode is not None, "sources are for a scorer with encode"
            part = [sources[place] for place in places]
            longest = max(len(source) for source in part)
            array, mask = pad_sequences(part, rows, longest if self._fixed else length_bucket(longest))
            mask[len(part) :, 0] = True
            return self._encode(array, mask)
        return rows_of(memory, np.resize(np.array(places), rows))

    def _run(self, texts: Sequence[np.ndarray], memory: Any, rows: int) -> np.ndarray:
        """Log-probabilities `[rows, n]` of all tokens but the first."""
        steps = -(-max(len(text) - 1 for text in texts) // self._chunk) * self._chunk
        tokens, _ = pad_sequences(texts, rows, steps + 1)  # [B, steps + 1]
        state = self._start(tokens[:, 0], memory)
        logs = [np.zeros((rows, 0), np.float32)]
        for begin in range(0, steps, self._chunk):
            window = tokens[:, begin : begin + self._chunk + 1]
            part, state = self._advance(window, state, memory)
            logs.append(ops.convert_to_numpy(part))
        return np.concatenate(logs, axis=1)

    def _start_graph(self, tokens: Any, memory: Any) -> Any:
        rows = tokens.shape[0]
        return self._model.start(rows) if memory is None else self._model.start(rows, memory=memory)

    def _advance_graph(self, tokens: Any, state: Any, memory: Any) -> tuple[Any, Any]:
        """Read `[B, chunk]` tokens; the log-probabilities of the ones after each, and the state."""
        self.traces += 1
        tokens = ops.convert_to_tensor(tokens)
        rows, steps = tokens.shape[0], tokens.shape[1] - 1

        def body(time: Any, state: Any, logs: Any) -> Any:
            last, following = ops.take(tokens, time, axis=1), ops.take(tokens, time + 1, axis=1)  # [B], [B]
            if memory is None:
                logits, state = self._model.step(last, state)  # [B, V]
            else:
                logits, state = self._model.step(last, state, memory=memory)
            scores = ops.log_softmax(ops.cast(logits, "float32"))
            log = ops.take_along_axis(scores, following[:, None], axis=1)  # [B, 1]
            return time + 1, state, ops.slice_update(logs, (0, time), log)

        start = (ops.zeros((), "int32"), state, ops.zeros((rows, steps)))
        _, state, logs = ops.while_loop(lambda time, *_: ops.less(time, steps), body, start)
        return logs, state
