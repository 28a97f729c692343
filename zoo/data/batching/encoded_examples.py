"""Encoded examples, computed on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np

from zoo.data.splitting.splits import Example, Examples
from zoo.data.storage.item_sequence import ItemSequence
from zoo.processor import memory

_SHARE, _LEAST, _MOST = 16, 256 << 20, 1 << 30
_OF_AN_EXAMPLE, _OF_AN_ARRAY = 350, 180  # bytes of overhead per array, which dominate for short sentences
_BLOCK = 1 << 20

EncodedExample = Mapping[str, np.ndarray]


def kept_bytes() -> int:
    """Return how many bytes of encoded examples to keep between epochs: a share of memory. Other examples are encoded
    each time.
    """
    return min(max(_LEAST, memory() // _SHARE), _MOST)


def listed(examples: Examples) -> Sequence[Example]:
    """Return raw examples as a sequence; an iterable becomes a list."""
    # A plugin's examples may have the methods of a sequence without deriving from it.
    return cast("Sequence[Example]", examples) if hasattr(examples, "__getitem__") else list(examples)


class EncodedExamples(ItemSequence[EncodedExample]):
    """A sequence of encoded examples, kept in memory as far as it suffices.

    Args:
        examples: raw examples; an iterable is first turned into a list.
        encode: raw example -> name -> array.
        memory: maximum number of bytes to keep; by default `kept_bytes`.
    """

    def __init__(
        self, examples: Examples, encode: Callable[[Example], Mapping[str, np.ndarray]], memory: int | None = None
    ) -> None:
        self._examples: Sequence[Example] = listed(examples)
        self._encode = encode
        self._left = kept_bytes() if memory is None else memory
        self._kept: dict[int, EncodedExample] = {}
        # Arrays are packed into blocks: a million separate arrays would fragment memory, and double its use.
        self._block, self._used = np.empty(0, np.uint8), 0

    def __len__(self) -> int:
        return len(self._examples)

    def _item(self, index: int) -> EncodedExample:
        if index in self._kept:
            return self._kept[index]
        encoded = self._encode(self._examples[index])
        size = _OF_AN_EXAMPLE + sum(_OF_AN_ARRAY + np.asarray(value).nbytes for value in encoded.values())
        if size <= self._left:
            self._left -= size
            self._kept[index] = {name: self._packed(np.asarray(value)) for name, value in encoded.items()}
        return encoded

    def _packed(self, value: np.ndarray) -> np.ndarray:
        """Copy an array into the current block, or into its own block if it is large."""
        if value.nbytes > _BLOCK // 8 or value.dtype.hasobject:
            return value
        start = -(-self._used // value.itemsize) * value.itemsize
        if start + value.nbytes > self._block.size:
            self._block, start = np.empty(_BLOCK, np.uint8), 0
        self._used = start + value.nbytes
        kept = self._block[start : self._used].view(value.dtype).reshape(value.shape)
        kept[...] = value
        return kept
