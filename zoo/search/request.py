"""The checked arguments of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zoo.backend.array_namespace import leaves, to_numpy
from zoo.backend.types import Nest, Tensor
from zoo.errors import UsageError
from zoo.search.limits import check_lengths, check_seeds, check_tokens
from zoo.search.memory import SourceEncoder, check_memory, take_rows
from zoo.search.stepper import Tokens


@dataclass(frozen=True)
class Request:
    """Texts to search for together, before they are padded.

    Attributes:
        primes: the tokens that each text continues, at least one.
        sources: what each text is about, arrays; or None.
        memory: what an encoder made of the sources, one row a text; or None.
        mask: bool `[texts, S]`, which positions of the memory there are; or None.
        limits: int32 `[texts]`, the maximum length of each.
        seeds: int32 `[texts]`.
    """

    primes: Sequence[np.ndarray]
    sources: Sequence[np.ndarray] | None
    memory: Nest | None
    mask: Tensor | None
    limits: np.ndarray
    seeds: np.ndarray

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Length of source and prime of each text, by which texts are put into batches."""
        sources = [0] * len(self.primes) if self.sources is None else [len(source) for source in self.sources]
        return [(length, len(prime)) for length, prime in zip(sources, self.primes, strict=True)]

    def part(self, places: Sequence[int]) -> Request:
        """Some of the texts."""
        rows = np.array(places)
        return Request(
            [self.primes[place] for place in places],
            None if self.sources is None else [self.sources[place] for place in places],
            take_rows(self.memory, rows),
            None if self.mask is None else to_numpy(self.mask)[rows],
            self.limits[rows],
            self.seeds[rows],
        )


def make_request(
    primes: Sequence[Tokens] | None,
    encoder: SourceEncoder,
    begin: int | None,
    *,
    sources: Sequence[np.ndarray] | None,
    memory: Nest | None,
    mask: Tensor | None,
    length: int | Sequence[int],
    seeds: Sequence[int] | None,
) -> Request:
    """Check the arguments of a search (see `Generator.search`).

    Args:
        primes: the tokens that each text continues.
        encoder: of the generator.
        begin: the token before every prime; or None.
        sources: what the texts are about.
        memory: in their place, what an encoder made of them.
        mask: of the memory.
        length: maximum length, one for all or one a text.
        seeds: one a text.

    Raises:
        UsageError: an argument is missing, out of range or of the wrong size.
    """
    arrays = encoder.check(sources, memory)
    if primes is None:
        if arrays is None and memory is None:
            raise UsageError("nothing to search for: give primes, sources or a memory")
        primes = [()] * (len(leaves(memory)[0]) if arrays is None else len(arrays))
    first = () if begin is None else (begin,)
    whole = [
        np.concatenate([np.array(first, np.int32), check_tokens(prime, f"prime {number + 1}")])
        for number, prime in enumerate(primes)
    ]
    if any(not len(prime) for prime in whole):
        raise UsageError("an empty prime: a generator without a begin token needs at least one token to go on from")
    if arrays is not None and len(arrays) != len(whole):
        raise UsageError(f"{len(whole)} primes for {len(arrays)} sources: there must be one per source")
    check_memory(memory, mask, len(whole))
    return Request(whole, arrays, memory, mask, check_lengths(length, len(whole)), check_seeds(seeds, len(whole)))
