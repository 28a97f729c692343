"""A generator: a model that steps, ready to write."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from keras import ops, tree

from zoo.data.batching.length_buckets import length_bucket, pad_sequences, row_bucket
from zoo.errors import UsageError
from zoo.search.batching import by_length, rows_of
from zoo.search.compiling import compiler
from zoo.search.greedy import Greedy
from zoo.search.hypothesis import Hypothesis, answers, paths
from zoo.search.loop import FREE, Loop
from zoo.search.processors import Banned, Processor
from zoo.search.processors.processor import NOTHING
from zoo.search.stepper import Stepper, Tokens
from zoo.search.strategy import Strategy

SHORTEST = 32
"""Steps that the compiled function makes at least, unless its texts end before."""


STREAMED = 64
"""Steps that a stream waits for at most."""


class Request(NamedTuple):
    """Texts that are searched for together, before they are padded.

    Attributes:
        primes: tokens that each goes on from, at least one.
        sources: what each is an answer to, arrays; or None.
        memory: what an encoder made of them, one row each; or None.
        mask: bool `[texts, S]`, which positions of the memory there are; or None.
        limits: the greatest length of each.
        seeds: of each.
    """

    primes: Sequence[np.ndarray]
    sources: Sequence[np.ndarray] | None
    memory: Any
    mask: Any
    limits: np.ndarray
    seeds: np.ndarray


class Block(NamedTuple):
    """What some steps of the loop came to: tokens and parents int `[T, B, W]`, and how all texts stand after them."""

    tokens: np.ndarray
    parents: np.ndarray | None
    length: np.ndarray  # int [B, W]
    score: np.ndarray  # [B, W], -inf where a text is not complete
    total: np.ndarray  # [B, W]


class Generator:
    """Searches for texts with a stepper.

    The whole loop is compiled, once for each kind of search and each set of shapes: the number of rows, a power of two;
    the length of the sources and of the texts, a few sizes each. It runs at most `chunk` steps at a time, as often as
    needed, so that long texts need no shape of their own. Primes are read by the same loop.

    Args:
        model: the stepper (see `Stepper`); any Keras model with `start` and `step`.
        compile: compiles a function of tensors (`Engine.compile`); by default XLA.
        chunk: steps in one call of the compiled function, at most. A call costs as much as some fifty steps of a small
            model; texts that are short, or streamed, take fewer.
        begin: the token that every text begins with, before the prime; None where there is none.
        end: the token that ends a text; None where texts go on to their greatest length.
        banned: tokens that are never chosen, such as the one that stands for unknown tokens.
        encode: makes the memory of padded sources `[B, S, ...]` and their mask, bool `[B, S]`; compiled already, or
            not. None for a language model, or where the memory is given.
        fixed: all sources have one shape, as images have; else their first axis is padded.
    """

    def __init__(
        self,
        model: Stepper,
        compile: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None,
        chunk: int = 256,
        *,
        begin: int | None = None,
        end: int | None = None,
        banned: Sequence[int] = (),
        encode: Callable[[Any, Any], Any] | None = None,
        fixed: bool = False,
    ) -> None:
        self.begin, self.end = begin, end
        self._model, self._compile, self._chunk = model, compile or compiler(model), chunk
        self._banned = (Banned(tuple(banned)),) if banned else ()
        self._encode, self._fixed = encode, fixed
        self._loops: dict[Hashable, Loop] = {}

    @property
    def traces(self) -> int:
        """How often a loop has been traced."""
        return sum(loop.traces for loop in self._loops.values())

    def search(
        self,
        primes: Sequence[Tokens] | None = None,
        *,
        sources: Sequence[Any] | None = None,
        memory: Any = None,
        mask: Any = None,
        strategy: Strategy | None = None,
        processors: Sequence[Processor] = (),
        length: int | Sequence[int] = 100,
        seeds: Sequence[int] | None = None,
        batch: int = 64,
    ) -> list[list[Hypothesis]]:
        """Search for texts.

        Long lists are sorted by length and cut in batches; neither these nor the order have an influence on a text.

        Args:
            primes: tokens that each text goes on from; a generator without `begin` needs at least one a text.
            sources: what the texts answer, arrays `[S, ...]`, for a generator with `encode`.
            memory: in place of sources, what an encoder made of them: any nesting of tensors, one row a text.
            mask: bool `[texts, S]`, which positions of a given memory there are.
            strategy: how tokens are chosen; the likeliest each time, by default.
            processors: what is preferred and what is forbidden.
            length: the greatest number of tokens, the end token included; one for all, or one a text. 0: none.
            seeds: one a text, for strategies that draw; 0, 1, 2 and so on by default.
            batch: how many texts at a time.

        Returns:
            For each text the best answers, different ones, best first: as many as the strategy gives, or as there are.

        Raises:
            UsageError: an argument is out of its range.
        """
        request = self._request(primes, sources, memory, mask, length, seeds)
        strategy = strategy or Greedy()
        sizes = [
            (0 if request.sources is None else len(request.sources[place]), len(prime))
            for place, prime in enumerate(request.primes)
        ]
        found: list[list[Hypothesis]] = [[] for _ in sizes]
        for places in by_length(sizes, batch):
            part = _part(request, places)
            blocks = list(self._run(part, strategy, processors))
            for place, texts in zip(places, self._answers(part, blocks, strategy), strict=True):
                found[place] = texts
        return found

    def stream(
        self,
        primes: Sequence[Tokens] | None = None,
        *,
        sources: Sequence[Any] | None = None,
        memory: Any = None,
        mask: Any = None,
        strategy: Strategy | None = None,
        processors: Sequence[Processor] = (),
        length: int | Sequence[int] = 100,
        seeds: Sequence[int] | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Search for texts, all at a time, and give their tokens as they are chosen.

        A strategy with several hypotheses knows no token before it knows them all: it gives its best text at the end.

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
            yield [best[0].tokens if best else np.zeros(0, np.int32) for best in texts]
            return
        given = np.zeros(len(request.primes), np.int64)  # how many tokens of each text have been given
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

    def _request(self, primes: Any, sources: Any, memory: Any, mask: Any, length: Any, seeds: Any) -> Request:
        if sources is not None and (self._encode is None or memory is not None):
            raise UsageError("sources are for a generator with encode, and take the place of a memory")
        if primes is None:
            if sources is None and memory is None:
                raise UsageError("nothing to search for: give primes, sources or a memory")
            primes = [()] * (len(tree.flatten(memory)[0]) if sources is None else len(sources))
        count = len(primes)
        begin = () if self.begin is None else (self.begin,)
        whole = [np.array([*begin, *prime], np.int32) for prime in primes]
        if any(not len(prime) for prime in whole):
            raise UsageError("an empty prime: a generator without a begin token needs at least one token to go on from")
        if sources is not None:
            sources = [np.asarray(source) for source in sources]
            if len(sources) != count:
                raise UsageError(f"{count} primes for {len(sources)} sources: there must be one a source")
        limits = np.broadcast_to(np.asarray(length, np.int32), (count,))
        if count and limits.min() < 0:
            raise UsageError(f"length={limits.min()}: it must be at least 0")
        seeds = np.asarray(range(count) if seeds is None else seeds, np.int64).astype(np.uint32).view(np.int32)
        if len(seeds) != count:
            raise UsageError(f"{len(seeds)} seeds for {count} texts: there must be one a text")
        return Request(whole, sources, memory, mask, limits, seeds)

    def _loop(self, strategy: Strategy, processors: Sequence[Processor]) -> Loop:
        key = (strategy.key(), *(processor.key() for processor in processors))
        if key not in self._loops:
            self._loops[key] = Loop(self._model, strategy, processors, self.end, self._compile)
        return self._loops[key]

    def _run(
        self, request: Request, strategy: Strategy, processors: Sequence[Processor], most: int | None = None
    ) -> Iterator[Block]:
        """Search for some texts at a time, chunk by chunk, of `most` steps where that is less than usual."""
        processors = (*self._banned, *processors)
        loop = self._loop(strategy, processors)
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
            # Each text's positions count from its own first token, wherever that stands in this batch.
            position = (begin - (lengths - 1)).astype(np.int32)
            window = forced[:, begin : begin + steps]
            tokens, parents, carry, score, done = loop.advance(
                carry, memory, mask, window, position, limits, seeds, numbers
            )
            yield Block(
                _array(tokens),
                _array(parents) if width > 1 else None,
                _array(carry["length"]),
                _array(score),
                _array(carry["total"]),
            )
            if bool(done):
                return

    def _memory(self, request: Request, rows: int) -> tuple[Any, Any]:
        """The memory of B rows, and its mask."""
        if request.sources is not None:
            assert self._encode is not None
            longest = max(len(source) for source in request.sources)
            length = longest if self._fixed else length_bucket(longest)
            sources, mask = pad_sequences(request.sources, rows, length)
            # A source without a single position would leave attention nothing to look at.
            mask[len(request.sources) :, 0] = True
            return self._encode(sources, mask), mask
        places = np.arange(rows) % len(request.primes)
        return rows_of(request.memory, places), None if request.mask is None else _array(request.mask)[places]

    def _answers(self, request: Request, blocks: Sequence[Block], strategy: Strategy) -> list[list[Hypothesis]]:
        if not blocks:  # every greatest length is 0
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


def _part(request: Request, places: Sequence[int]) -> Request:
    """Some texts of a request."""
    rows = np.array(places)
    return Request(
        [request.primes[place] for place in places],
        None if request.sources is None else [request.sources[place] for place in places],
        None
        if request.memory is None
        else tree.map_structure(lambda leaf: ops.take(leaf, rows, axis=0), request.memory),
        None if request.mask is None else _array(request.mask)[rows],
        request.limits[rows],
        request.seeds[rows],
    )


def _array(tensor: Any) -> np.ndarray:
    found: np.ndarray = ops.convert_to_numpy(tensor)
    return found
