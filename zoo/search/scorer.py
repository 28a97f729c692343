"""How probable given texts are: to compare candidates, and for perplexities."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from keras import ops

from zoo.backend.types import Function, Nest, Tensor
from zoo.data.batching.length_buckets import pad_sequences, row_bucket
from zoo.search.batching import by_length
from zoo.search.compiling import compiler
from zoo.search.limits import MAX_BATCH, NotFiniteError, check_tokens, check_whole
from zoo.search.memory import Encode, SourceEncoder, check_memory, take_rows
from zoo.search.score import Score
from zoo.search.scored_texts import check_texts
from zoo.search.stepper import Stepper, Tokens, vocabulary_of


class Scorer:
    """Scores texts with a stepper, which reads them in the same compiled way as a search writes them.

    Args:
        model: the stepper.
        compile: compiles a function of tensors (`Engine.compile`); by default XLA.
        chunk: steps in one call of the compiled function.
        begin: the token that every text begins with, before the prime; None where there is none.
        end: the token that ends a text; None where texts do not end.
        encode: makes the memory of padded sources and their mask (see `Generator`).
        fixed: whether all sources have one shape.

    Raises:
        UsageError: `begin` or `end` is not a token, or `chunk` is not positive.
    """

    def __init__(
        self,
        model: Stepper,
        compile: Callable[[Function], Function] | None = None,
        chunk: int = 64,
        *,
        begin: int | None = None,
        end: int | None = None,
        encode: Encode | None = None,
        fixed: bool = False,
    ) -> None:
        check_tokens([token for token in (begin, end) if token is not None], "begin or end")
        self._model, self._begin, self._end = model, begin, end
        self._chunk = check_whole("chunk", chunk, 1, MAX_BATCH)
        self._encoder = SourceEncoder(encode, fixed)
        self._vocabulary: int | None = None
        self.traces = 0
        make = compile or compiler(model)
        self._start, self._advance = make(self._start_graph), make(self._advance_graph)

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
        """Score texts.

        Args:
            primes: tokens that each text continues; None: none, for a scorer with a begin token.
            texts: tokens of each text.
            sources: what the texts are about, for a scorer with `encode`.
            memory: in place of sources, what an encoder made of them.
            ended: whether the end token belongs to each text; without an end token it never does.
            batch: how many texts at a time.

        Returns:
            A score a text.

        Raises:
            UsageError: a prime is empty, a token is outside the vocabulary, or the arguments differ in number.
            ZooError: the model predicts numbers that are not finite.
        """
        arrays = self._encoder.check(sources, memory)
        check_memory(memory, None, len(texts))
        size = check_whole("batch", batch, 1, MAX_BATCH)
        given = check_texts(primes, texts, arrays, ended, self._begin, self._end, self._vocabulary)
        whole, starts = [one.tokens for one in given], [one.start for one in given]
        sizes = [(0 if arrays is None else len(arrays[place]), len(tokens)) for place, tokens in enumerate(whole)]
        found: list[Score] = [Score(np.zeros(0, np.float32))] * len(texts)
        for places in by_length(sizes, size):
            rows = row_bucket(len(places))
            if arrays is None:
                part = take_rows(memory, np.resize(np.array(places), rows))
            else:
                part, _ = self._encoder([arrays[place] for place in places], rows)
            try:
                logs = self._run([whole[place] for place in places], part, rows)
            except Exception:
                # Without XLA, a token outside the vocabulary is an error of the backend's, deep inside the model.
                zeros = self._start(np.zeros(rows, np.int32), part)
                self._check_vocabulary(whole, places, self._vocabulary or vocabulary_of(self._model, zeros, part))
                raise
            self._check_vocabulary(whole, places, self._vocabulary)
            for row, place in enumerate(places):
                found[place] = Score(logs[row, starts[place] : len(whole[place]) - 1])
                if np.isnan(found[place].tokens).any():
                    raise NotFiniteError
        return found

    def _check_vocabulary(self, texts: Sequence[np.ndarray], places: Sequence[int], vocabulary: int | None) -> None:
        """Refuse tokens outside the vocabulary, once its size is known."""
        for place in places if vocabulary is not None else ():
            check_tokens(texts[place], f"text {place + 1}", vocabulary)

    def _run(self, texts: Sequence[np.ndarray], memory: Nest | None, rows: int) -> np.ndarray:
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

    def _start_graph(self, tokens: Tensor, memory: Nest | None) -> Nest:
        rows = tokens.shape[0]
        return self._model.start(rows) if memory is None else self._model.start(rows, memory=memory)

    def _advance_graph(self, tokens: Tensor, state: Nest, memory: Nest | None) -> tuple[Tensor, Nest]:
        """Read `[B, chunk]` tokens; the log-probabilities of the ones after each, and the state."""
        self.traces += 1
        tokens = ops.convert_to_tensor(tokens)
        rows, steps = tokens.shape[0], tokens.shape[1] - 1

        def body(time: Tensor, state: Nest, logs: Tensor) -> tuple[Tensor, Nest, Tensor]:
            last, following = ops.take(tokens, time, axis=1), ops.take(tokens, time + 1, axis=1)  # [B], [B]
            if memory is None:
                logits, state = self._model.step(last, state)  # [B, V]
            else:
                logits, state = self._model.step(last, state, memory=memory)
            self._vocabulary = int(logits.shape[-1])
            scores = ops.log_softmax(ops.cast(logits, "float32"))
            log = ops.take_along_axis(scores, following[:, None], axis=1)  # [B, 1]
            return time + 1, state, ops.slice_update(logs, (0, time), log)

        start = (ops.zeros((), "int32"), state, ops.zeros((rows, steps)))
        _, state, logs = ops.while_loop(lambda time, *_: ops.less(time, steps), body, start)
        return logs, state
