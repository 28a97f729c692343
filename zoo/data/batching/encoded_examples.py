"""Examples after their codecs, encoded when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast, overload

import numpy as np

from zoo.data.splitting.splits import Example, Examples
from zoo.processor import memory

_SHARE, _LEAST, _MOST = 16, 256 << 20, 1 << 30
_OF_AN_EXAMPLE, _OF_AN_ARRAY = 350, 180  # bytes of memory besides the numbers: short sentences are mostly these
_BLOCK = 1 << 20

EncodedExample = Mapping[str, np.ndarray]


def kept_bytes() -> int:
    """Give how many bytes of encoded examples are kept from epoch to epoch: a share of the memory that there is.

    What does not fit is encoded anew each time.
    """
    return min(max(_LEAST, memory() // _SHARE), _MOST)


def listed(examples: Examples) -> Sequence[Example]:
    """Raw examples that can be asked for by their place; those that can only be iterated over become a list."""
    # Lists of plugins have the methods of a sequence without being one by name.
    return cast("Sequence[Example]", examples) if hasattr(examples, "__getitem__") else list(examples)


class EncodedExamples(Sequence[EncodedExample]):
    """Encoded examples by their place, kept in memory as far as it goes.

    Args:
        examples: raw examples; those that can only be iterated over are listed first.
        encode: raw example -> name -> array.
        memory: bytes to keep at most; by default `kept_bytes`.
    """

    def __init__(
        self, examples: Examples, encode: Callable[[Example], Mapping[str, np.ndarray]], memory: int | None = None
    ) -> None:
        self._examples: Sequence[Example] = listed(examples)
        self._encode = encode
        self._left = kept_bytes() if memory is None else memory
        self._kept: dict[int, EncodedExample] = {}
        # Numbers are kept packed: a million arrays between short-lived ones would leave gaps of as much again.
        self._block, self._used = np.empty(0, np.uint8), 0

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
            self._kept[index] = {name: self._packed(np.asarray(value)) for name, value in encoded.items()}
        return encoded

    def _packed(self, value: np.ndarray) -> np.ndarray:
        """Copy an array into the present block, or into one of its own where it is large."""
        if value.nbytes > _BLOCK // 8 or value.dtype.hasobject:
            return value
        start = -(-self._used // value.itemsize) * value.itemsize
        if start + value.nbytes > self._block.size:
            self._block, start = np.empty(_BLOCK, np.uint8), 0
        self._used = start + value.nbytes
        kept = self._block[start : self._used].view(value.dtype).reshape(value.shape)
        kept[...] = value
        return kept
