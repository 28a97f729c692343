"""A generator: writes texts with a model that steps."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from zoo.backend.array_namespace import to_numpy
from zoo.backend.types import Function, Nest, Tensor
from zoo.data.batching.length_buckets import row_bucket
from zoo.errors import UsageError
from zoo.search.batching import by_length
from zoo.search.compiling import compiler
from zoo.search.greedy import Greedy
from zoo.search.hypothesis import Hypothesis, answers, paths
from zoo.search.limits import MAX_BATCH, NotFiniteError, check_tokens, check_whole
from zoo.search.loop import Loop
from zoo.search.memory import Encode, SourceEncoder, take_rows
from zoo.search.processors import Banned, Processor
from zoo.search.processors.processor import NOTHING
from zoo.search.request import Request, make_request
from zoo.search.step import FREE
from zoo.search.stepper import Stepper, Tokens, vocabulary_of
from zoo.search.strategy import Strategy

SHORTEST = 32
"""Steps of one call of the compiled function at least, unless its texts end before."""

STREAMED = 64
"""Steps of one call at most while texts are streamed."""


class Block(NamedTuple):
    """The result of some steps of the loop.

    Attributes:
        tokens: int `[T, B, W]`.
        parents: int `[T, B, W]`, the hypothesis that each token extends; None where W is 1.
        length: int `[B, W]`, of all texts after these steps.
        score: `[B, W]`, -inf where a text is not complete.
        total: `[B, W]`, log-probabilities.
    """

    tokens: np.ndarray
    parents: np.ndarray | None
    length: np.ndarray
    score: np.ndarray
    total: np.ndarray


class Generator:
    """Searches for texts with a stepper.

    The whole loop is compiled, once for each kind of search and each set of shapes: the number of rows, a power of two;
    the length of the sources and of the texts, a few sizes each. One call makes at most `chunk` steps and is repeated
    as often as needed, so that long texts do not need their own shape. The same loop reads the primes.

    Args:
        model: the stepper (see `Stepper`); any Keras model with `start` and `step`.
        compile: compiles a function of tensors (`Engine.compile`); by default XLA.
        chunk: maximum number of steps in one call of the compiled function. A call costs as much as some fifty steps of
            a small model; texts that are short, or streamed, take fewer.
        begin: the token that every text begins with, before the prime; None where there is none.
        end: the token that ends a text; None if texts continue to their maximum length.
        banned: tokens that are never chosen, such as the one for unknown words.
        encode: makes the memory of padded sources `[B, S, ...]` and their mask, bool `[B, S]`; compiled or not. None
            for a language model, or where the memory is given.
        fixed: whether all sources have one shape, as images have; else their first axis is padded.

    Raises:
        UsageError: `begin` or `end` is not a token, or `chunk` is not positive.
    """

    def __init__(
        self,
        model: Stepper,
        compile: Callable[[Function], Function] | None = None,
        chunk: int = 256,
        *,
        begin: int | None = None,
        end: int | None = None,
        banned: Sequence[int] = (),
        encode: Encode | None = None,
        fixed: bool = False,
    ) -> None:
        check_tokens([token for token in (begin, end) if token is not None], "begin or end")
        self.begin, self.end = begin, end
        self._model, self._compile = model, compile or compiler(model)
        self._chunk = check_whole("chunk", chunk, 1, MAX_BATCH)
        self._banned = (Banned(tuple(banned)),) if banned else ()
        self._encoder = SourceEncoder(encode, fixed)
        self._loops: dict[Hashable, Loop] = {}

    @property
    def traces(self) -> int:
        """How often a loop has been traced."""
        return sum(loop.traces for loop in self._loops.values())

    def search(
        self,
        primes: Sequence[Tokens] | None = None,
        *,
        sources: Sequence[np.ndarray] | None = None,
        memory: Nest | None = None,
        mask: Tensor | None = None,
        strategy: Strategy | None = None,
        processors: Sequence[Processor] = (),
        length: int | Sequence[int] = 100,
        seeds: Sequence[int] | None = None,
        batch: int = 64,
    ) -> list[list[Hypothesis]]:
        """Search for texts.

        Long lists are sorted by length and cut into batches; neither changes a text.

        Args:
            primes: tokens that each text continues; a generator without `begin` needs at least one a text.
            sources: what the texts are about, arrays `[S, ...]`, for a generator with `encode`.
            memory: in place of sources, what an encoder made of them: any nesting of tensors, one row a text.
            mask: bool `[texts, S]`, which positions of a given memory there are.
            strategy: how tokens are chosen; by default the likeliest each time.
            processors: change the logits, to prefer or forbid tokens.
            length: maximum number of tokens, including the end token; one for all, or one a text. 0: none.
            seeds: one a text, for strategies that draw; by default 0, 1, 2 and so on.
            batch: how many texts at a time.

        Returns:
            For each text the best answers, all different, best first: as many as the strategy gives, or as there are.

        Raises:
            UsageError: an argument is out of range.
            ZooError: the model predicts numbers that are not finite.
        """
        request = self._request(primes, sources, memory, mask, length, seeds)
        size = check_whole("batch", batch, 1, MAX_BATCH)
        strategy = strategy or Greedy()
        found: list[list[Hypothesis]] = [[] for _ in request.primes]
        for places in by_length(request.sizes, size):
            part = request.part(places)
            blocks = list(self._run(part, strategy, processors))
            for place, texts in zip(places, self._answers(part, blocks, strategy), strict=True):
                found[place] = texts
        return found

    def stream(
        self,
        primes: Sequence[Tokens] | None = None,
        *,
        sources: Sequence[np.ndarray] | None = None,
        memory: Nest | None = None,
        mask: Tensor | None = None,
        strategy: Strategy | None = None,
        processors: Sequence[Processor] = (),
        length: int | Sequence[int] = 100,
        seeds: Sequence[int] | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Search for texts, all at a time, and yield their tokens as they are chosen.

        A strategy with several hypotheses decides about all tokens at the end, so it yields only its best text.

        Args: as of `search`.

        Yields:
            The new tokens of each text, int32 `[n]`, n from 0 on.
        """
        request = self._request(primes, sources, memory, mask, length, seeds)
        strategy = strategy or Greedy()
        if not request.primes:
            return
        if strategy.width > 1:
            blocks = list(self._run(request, strategy, processors))
            texts = self._answers(request, blocks, strategy)
            yield [best[0].tokens if best else _NONE for best in texts]
            return
        given = np.zeros(len(request.primes), np.int64)  # how many tokens of each text have been yielded
        begin = 0
        for block in self._run(request, strategy, processors, STREAMED):
            new = []
            for row, prime in enumerate(request.primes):
                # The first token of a text stands where its prime ends.
                first = len(prime) - 1 - begin
                known = int(block.length[row, 0])
                tokens = block.tokens[first + given[row] : first + known, row, 0] if known > given[row] else _NONE
                given[row] = known
                new.append(tokens[:-1] if len(tokens) and tokens[-1] == self.end else tokens)
            begin += len(block.tokens)
            yield new

    def _loop(self, strategy: Strategy, processors: Sequence[Processor]) -> Loop:
        key = (strategy.key(), *(processor.key() for processor in processors))
        if key not in self._loops:
            self._loops[key] = Loop(self._model, strategy, processors, self.end, self._compile)
        return self._loops[key]

    def _request(
        self,
        primes: Sequence[Tokens] | None,
        sources: Sequence[np.ndarray] | None,
        memory: Nest | None,
        mask: Tensor | None,
        length: int | Sequence[int],
        seeds: Sequence[int] | None,
    ) -> Request:
        return make_request(
            primes,
            self._encoder,
            self.begin,
            sources=sources,
            memory=memory,
            mask=mask,
            length=length,
            seeds=seeds,
        )

    def _run(
        self, request: Request, strategy: Strategy, processors: Sequence[Processor], most: int | None = None
    ) -> Iterator[Block]:
        """Search for some texts, chunk by chunk; a chunk has at most `most` steps."""
        processors = (*self._banned, *processors)
        loop = self._loop(strategy, processors)
        self._check_vocabulary(request, loop.vocabulary)
        numbers = loop.numbers(strategy, processors)
        count, rows, width = len(request.primes), row_bucket(len(request.primes)), strategy.width
        lengths = np.array([len(prime) for prime in request.primes] + [1] * (rows - count))  # [B]
        limits = np.concatenate([request.limits, np.zeros(rows - count, np.int32)])  # [B]
        seeds = np.concatenate([request.seeds, np.zeros(rows - count, np.int32)])  # [B]
        longest = int((lengths - 1 + limits).max())
        steps = min(self._chunk, most or self._chunk, max(SHORTEST, row_bucket(longest)))
        chunks = -(-longest // steps)
        forced = np.full((rows, chunks * steps), FREE, np.int32)
        first = np.zeros(rows, np.int32)
        for row, prime in enumerate(request.primes):
            first[row] = prime[0]
            forced[row, : len(prime) - 1] = prime[1:]
        history = None
        if loop.uses_history:
            history = np.full((rows * width, row_bucket(1 + chunks * steps)), NOTHING, np.int32)
        memory, mask = self._memory(request, rows)
        carry, memory = loop.start(first, memory, limits, history, numbers)
        for begin in range(0, forced.shape[1], steps):
            # Each text's positions count from its own first token, wherever that is in this batch.
            position = (begin - (lengths - 1)).astype(np.int32)
            window = forced[:, begin : begin + steps]
            try:
                tokens, parents, carry, score, done = loop.advance(
                    carry, memory, mask, window, position, limits, seeds, numbers
                )
            except UsageError:
                raise
            except Exception:
                # Without XLA, a token outside the vocabulary is an error of the backend's, deep inside the model.
                self._check_vocabulary(request, loop.vocabulary or vocabulary_of(self._model, carry.state, memory))
                raise
            block = Block(
                to_numpy(tokens),
                to_numpy(parents) if width > 1 else None,
                to_numpy(carry.length),
                to_numpy(score),
                to_numpy(carry.total),
            )
            if not begin:
                self._check_vocabulary(request, loop.vocabulary)
            if np.isnan(block.total[:count]).any():
                raise NotFiniteError
            yield block
            if bool(done):
                return

    def _check_vocabulary(self, request: Request, vocabulary: int | None) -> None:
        """Refuse tokens outside the vocabulary, once its size is known."""
        if vocabulary is None:
            return
        for number, prime in enumerate(request.primes):
            check_tokens(prime, f"prime {number + 1}", vocabulary)
        if self.end is not None and self.end >= vocabulary:
            raise UsageError(f"end={self.end}: the tokens are 0 to {vocabulary - 1}")

    def _memory(self, request: Request, rows: int) -> tuple[Nest | None, Tensor | None]:
        """The memory of B rows, and its mask."""
        if request.sources is not None:
            return self._encoder(request.sources, rows)
        places = np.arange(rows) % len(request.primes)
        return take_rows(request.memory, places), None if request.mask is None else to_numpy(request.mask)[places]

    def _answers(self, request: Request, blocks: Sequence[Block], strategy: Strategy) -> list[list[Hypothesis]]:
        if not blocks:  # every maximum length is 0
            return [[Hypothesis(_NONE, 0.0, 0.0, False)] for _ in request.primes]
        parents = None if blocks[0].parents is None else np.concatenate([block.parents for block in blocks])
        written = paths(np.concatenate([block.tokens for block in blocks]), parents)  # [B, W, T]
        last = blocks[-1]
        found = []
        for row, prime in enumerate(request.primes):
            first = len(prime) - 1
            texts = [text[first : first + length] for text, length in zip(written[row], last.length[row], strict=True)]
            found.append(answers(texts, last.score[row], last.total[row], self.end, strategy.best))
        return found


_NONE = np.zeros(0, np.int32)
