"""A generator on NumPy arrays: writes texts with the graphs of a bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from zoo.backend.types import Nest, Tensor
from zoo.runtime.array_search import ArraySearch
from zoo.search.batching import by_length
from zoo.search.greedy import Greedy
from zoo.search.hypothesis import Hypothesis
from zoo.search.limits import MAX_BATCH, check_whole
from zoo.search.memory import SourceEncoder
from zoo.search.processors import Banned, Processor
from zoo.search.request import Request, make_request
from zoo.search.stepper import Stepper, Tokens
from zoo.search.strategy import Strategy


class ArrayGenerator:
    """Searches for texts (see `zoo.search.Generator`, whose arguments and answers these are).

    Args:
        model: the stepper, on NumPy arrays.
        begin: the token that every text begins with; None where there is none.
        end: the token that ends a text; None where texts go on to their maximum length.
        banned: tokens that are never chosen.
        encode: makes the memory of padded sources and their mask; None for a language model.
        fixed: whether all sources have one shape.
    """

    def __init__(
        self,
        model: Stepper,
        *,
        begin: int | None = None,
        end: int | None = None,
        banned: Sequence[int] = (),
        encode: Callable[[np.ndarray, np.ndarray], Nest] | None = None,
        fixed: bool = False,
    ) -> None:
        self.begin, self.end = begin, end
        self._model = model
        self._banned = (Banned(tuple(banned)),) if banned else ()
        self._encoder = SourceEncoder(encode, fixed)

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
        """Search for texts (see `zoo.search.Generator.search`)."""
        request = self._request(primes, sources, memory, mask, length, seeds)
        size = check_whole("batch", batch, 1, MAX_BATCH)
        found: list[list[Hypothesis]] = [[] for _ in request.primes]
        for places in by_length(request.sizes, size):
            search = self._search(request.part(places), strategy or Greedy(), processors)
            while not search.done:
                search.step()
            for place, texts in zip(places, search.hypotheses(), strict=True):
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
        """Search for texts, and yield their tokens as they are chosen (see `zoo.search.Generator.stream`)."""
        request = self._request(primes, sources, memory, mask, length, seeds)
        if not request.primes:
            return
        search = self._search(request, strategy or Greedy(), processors)
        if search.length.shape[1] > 1:
            while not search.done:
                search.step()
            yield [best[0].tokens if best else _NONE for best in search.hypotheses()]
            return
        given = np.zeros(len(request.primes), np.int32)
        while not search.done:
            search.step()
            chosen = search.length[:, 0] > given
            if chosen.any():
                last = search.tokens[-1]
                yield [
                    last[row] if new and last[row, 0] != self.end else _NONE for row, new in enumerate(chosen.tolist())
                ]
            given = search.length[:, 0].copy()

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
            primes, self._encoder, self.begin, sources=sources, memory=memory, mask=mask, length=length, seeds=seeds
        )

    def _search(self, request: Request, strategy: Strategy, processors: Sequence[Processor]) -> ArraySearch:
        memory, mask = request.memory, request.mask
        if request.sources is not None:
            memory, mask = self._encoder.exactly(request.sources)
        return ArraySearch(self._model, request, memory, mask, strategy, (*self._banned, *processors), self.end)


_NONE = np.zeros(0, np.int32)
