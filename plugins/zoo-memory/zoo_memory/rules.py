"""The three rules of Graves, Wayne and Danihelka 2014 (arXiv:1410.5401, sections 4.1 to 4.3), on random vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import overload

import numpy as np

from zoo_memory.bits import DUE, END, ITEM, QUESTION

VECTORS_OF_AN_ITEM = 3
Example = dict[str, str]


def copy(draw: np.random.Generator, length: int, bits: int, repeats: int) -> Example:
    """Repeat the sequence in order."""
    del repeats
    vectors = _vectors(draw, length, bits)
    return {"source": " ".join([*vectors, QUESTION, *[DUE] * length]), "target": " ".join(vectors)}


def repeat_copy(draw: np.random.Generator, length: int, bits: int, repeats: int) -> Example:
    """Repeat what was seen a number of times that is told, and then say that it is done."""
    vectors, times = _vectors(draw, length, bits), int(draw.integers(1, repeats + 1))
    answers = [*vectors * times, END]
    return {"source": " ".join([*vectors, f"x{times}", *[DUE] * len(answers)]), "target": " ".join(answers)}


def recall(draw: np.random.Generator, length: int, bits: int, repeats: int) -> Example:
    """Say which item came after the one that is asked for; an item has three vectors."""
    del repeats
    items = [_vectors(draw, VECTORS_OF_AN_ITEM, bits) for _ in range(length)]
    asked = int(draw.integers(0, length - 1))
    seen = [word for item in items for word in (ITEM, *item)]
    source = [*seen, QUESTION, *items[asked], QUESTION, *[DUE] * VECTORS_OF_AN_ITEM]
    return {"source": " ".join(source), "target": " ".join(items[asked + 1])}


RULES = {"copy": copy, "repeat-copy": repeat_copy, "recall": recall}
"""Name -> function of a generator, a length in vectors (of recall: in items), the bits and the most repetitions."""


def shortest(rule: str) -> int:
    """Give the least length that a rule makes sense for."""
    return 2 if rule == "recall" else 1


class Drawn:
    """Examples of a rule, drawn on demand, each from its own part of the random numbers.

    Args:
        rule: name of a rule.
        count: how many.
        lengths: the least and the greatest length, both drawn.
        bits: of a vector.
        repeats: the most repetitions, of repeat-copy.
        seed: of the split.
    """

    def __init__(
        self, rule: str, count: int, lengths: tuple[int, int], bits: int, repeats: int, seed: tuple[int, ...]
    ) -> None:
        self._rule, self._count, self._lengths = RULES[rule], count, lengths
        self._bits, self._repeats, self._seed = bits, repeats, seed

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Example: ...

    @overload
    def __getitem__(self, place: slice) -> list[Example]: ...

    def __getitem__(self, place: int | slice) -> Example | list[Example]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(self._count))]
        if not 0 <= place < self._count:
            raise IndexError(f"example {place} of {self._count}")
        draw = np.random.default_rng([*self._seed, place])
        length = int(draw.integers(self._lengths[0], self._lengths[1] + 1))
        return self._rule(draw, length, self._bits, self._repeats)

    def __iter__(self) -> Iterator[Example]:
        return (self[place] for place in range(self._count))


def _vectors(draw: np.random.Generator, count: int, bits: int) -> list[str]:
    return ["".join(map(str, row)) for row in draw.integers(0, 2, (count, bits)).tolist()]
