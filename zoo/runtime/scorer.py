"""A scorer on NumPy arrays: how probable given texts are to the graphs of a bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from zoo.backend.numpy_ops import log_softmax
from zoo.backend.types import Nest
from zoo.data.batching.length_buckets import pad_sequences
from zoo.search.batching import by_length
from zoo.search.limits import MAX_BATCH, NotFiniteError, check_tokens, check_whole
from zoo.search.memory import SourceEncoder, check_memory, take_rows
from zoo.search.score import Score
from zoo.search.scored_texts import check_texts
from zoo.search.stepper import Stepper, Tokens


class ArrayScorer:
    """Scores texts (see `zoo.search.Scorer`, whose arguments and answers these are).

    Args:
        model: the stepper, on NumPy arrays.
        begin: the token that every text begins with; None where there is none.
        end: the token that ends a text; None where texts do not end.
        encode: makes the memory of padded sources and their mask; None for a language model.
        fixed: whether all sources have one shape.
    """

    def __init__(
        self,
        model: Stepper,
        *,
        begin: int | None = None,
        end: int | None = None,
        encode: Callable[[np.ndarray, np.ndarray], Nest] | None = None,
        fixed: bool = False,
    ) -> None:
        self._model, self._begin, self._end = model, begin, end
        self._encoder = SourceEncoder(encode, fixed)

    def score(
        self,
        primes: Sequence[Tokens] | None,
        texts: Sequence[Tokens],
        *,
        sources: Sequence[np.ndarray] | None = None,
        memory: Nest | None = None,
        ended: bool | Sequence[bool] = True,
        batch: int = 64,
    ) -> list[Score]:
        """Score texts (see `zoo.search.Scorer.score`)."""
        arrays = self._encoder.check(sources, memory)
        check_memory(memory, None, len(texts))
        size = check_whole("batch", batch, 1, MAX_BATCH)
        given = check_texts(primes, texts, arrays, ended, self._begin, self._end)
        sizes = [(0 if arrays is None else len(arrays[place]), len(one.tokens)) for place, one in enumerate(given)]
        found: list[Score] = [Score(np.zeros(0, np.float32))] * len(texts)
        for places in by_length(sizes, size):
            part = take_rows(memory, np.array(places))
            if arrays is not None:
                part, _ = self._encoder.exactly([arrays[place] for place in places])
            logs = self._run([given[place].tokens for place in places], part)
            for row, place in enumerate(places):
                one = given[place]
                found[place] = Score(logs[row, one.start : len(one.tokens) - 1])
                if np.isnan(found[place].tokens).any():
                    raise NotFiniteError
        return found

    def _run(self, texts: Sequence[np.ndarray], memory: Nest | None) -> np.ndarray:
        """Log-probabilities `[B, n]` of all tokens but the first."""
        steps = max(len(text) for text in texts) - 1
        tokens, _ = pad_sequences(texts, len(texts), steps + 1)  # [B, steps + 1]
        state = self._model.start(len(texts)) if memory is None else self._model.start(len(texts), memory=memory)
        logs = np.zeros((len(texts), steps), np.float32)
        for time in range(steps):
            if memory is None:
                logits, state = self._model.step(tokens[:, time], state)
            else:
                logits, state = self._model.step(tokens[:, time], state, memory=memory)
            if not time:
                for number, text in enumerate(texts):
                    check_tokens(text, f"text {number + 1}", logits.shape[-1])
            scores = log_softmax(logits.astype(np.float32))  # [B, V]
            logs[:, time] = np.take_along_axis(scores, tokens[:, time + 1, None], axis=1)[:, 0]
        return logs
