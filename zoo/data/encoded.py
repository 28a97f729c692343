"""Examples after their codecs, encoded when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

import numpy as np

from zoo.data.splits import Example

MEMORY = 512 * 1024 * 1024
"""Bytes of encoded examples that are kept from epoch to epoch; what does not fit is encoded anew each time."""
_OF_AN_EXAMPLE, _OF_AN_ARRAY = 350, 120  # bytes of memory besides the numbers: short sentences are mostly these

EncodedExample = Mapping[str, np.ndarray]


class EncodedExamples(Sequence[EncodedExample]):
    """Encoded examples by their place, kept in memory as far as it goes.

    Args:
        examples: raw examples; those that can only be iterated over are listed first.
        encode: raw example -> name -> array.
        memory: bytes to keep at most.
    """

    def __init__(
        self, examples: Any, encode: Callable[[Example], Mapping[str, np.ndarray]], memory: int = MEMORY
    ) -> None:
        self._examples: Sequence[Example] = examples if hasattr(examples, "__getitem__") else list(examples)
        self._encode = encode
        self._left = memory
        self._kept: dict[int, EncodedExample] = {}

    def __len__(self) -> int:
        return len(self._examples)

    @overload
    def __getitem__(self, index: int) -> EncodedExample: ...

    @overload
    def __getitem__(self, index: slice) -> list[EncodedExample]: ...

    def __getitem__(self, index: int | slice) -> EncodedExample | list[EncodedExample]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if index in self._kept:
            return self._kept[index]
        encoded = self._encode(self._examples[index])
        size = _OF_AN_EXAMPLE + sum(_OF_AN_ARRAY + np.asarray(value).nbytes for value in encoded.values())
        if size <= self._left:
            self._left -= size
            self._kept[index] = encoded
        return encoded
