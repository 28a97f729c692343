"""The encoder's output for a padded batch of texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zoo.backend.array_namespace import array_namespace, leaves, map_structure
from zoo.backend.types import Nest, Tensor
from zoo.data.batching.length_buckets import length_bucket, pad_sequences
from zoo.errors import UsageError

Encode = Callable[[np.ndarray, np.ndarray], Nest]
"""Padded sources `[B, S, ...]` and their mask, bool `[B, S]`, to the memory of B rows."""


@dataclass(frozen=True)
class SourceEncoder:
    """Encodes sources, padded to a small set of shapes.

    Args:
        encode: makes the memory; None for a language model, or where callers pass the memory.
        fixed: whether all sources have one shape, as images have; else their first axis is padded.
    """

    encode: Encode | None
    fixed: bool = False

    def check(self, sources: Sequence[np.ndarray] | None, memory: Nest | None) -> list[np.ndarray] | None:
        """Check what a caller passed.

        Returns:
            The sources as arrays, or None.

        Raises:
            UsageError: both are given, one is empty, or there is nothing to encode them with.
        """
        if sources is None:
            return None
        if self.encode is None or memory is not None:
            raise UsageError("sources need a generator with encode, and replace the memory")
        arrays = [np.asarray(source) for source in sources]
        for number, array in enumerate(arrays):
            if not array.ndim or not len(array):
                raise UsageError(f"source {number + 1} is empty")
            if array.shape[1:] != arrays[0].shape[1:] or (self.fixed and array.shape != arrays[0].shape):
                raise UsageError(f"source {number + 1} has the shape {array.shape}, the first has {arrays[0].shape}")
            if np.issubdtype(array.dtype, np.inexact) and not np.isfinite(array).all():
                raise UsageError(f"source {number + 1} holds numbers that are not finite")
        return arrays

    def __call__(self, sources: Sequence[np.ndarray], rows: int) -> tuple[Nest, np.ndarray]:
        """Encode some sources.

        Args:
            sources: of a batch.
            rows: B, of the padded batch.

        Returns:
            The memory of B rows, and which of its positions there are, bool `[B, S]`.
        """
        assert self.encode is not None
        longest = max(len(source) for source in sources)
        array, mask = pad_sequences(sources, rows, longest if self.fixed else length_bucket(longest))
        # Attention needs at least one position in each row.
        mask[len(sources) :, 0] = True
        return self.encode(array, mask), mask

    def exactly(self, sources: Sequence[np.ndarray]) -> tuple[Nest, np.ndarray]:
        """Encode some sources, padded to the longest of them, for what computes any shape."""
        assert self.encode is not None
        array, mask = pad_sequences(sources, len(sources), max(len(source) for source in sources))
        return self.encode(array, mask), mask


def check_memory(memory: Nest | None, mask: Tensor | None, count: int) -> None:
    """Check a memory that a caller passed.

    Args:
        memory: any nesting of tensors.
        mask: `[count, S]`; or None.
        count: how many texts there are.

    Raises:
        UsageError: a tensor does not have a row for each text.
    """
    for tensor in leaves(memory) if memory is not None else ():
        if tensor is not None and (not len(tensor.shape) or tensor.shape[0] != count):
            raise UsageError(f"the memory has a tensor of shape {tuple(tensor.shape)} for {count} texts")
    if mask is not None and (len(mask.shape) != 2 or mask.shape[0] != count):
        raise UsageError(f"the mask has the shape {tuple(mask.shape)}; it must be [{count}, positions]")


def take_rows(memory: Nest | None, rows: np.ndarray) -> Nest | None:
    """Take some rows of every tensor of a memory; None stays None."""
    if memory is None:
        return None
    return map_structure(lambda leaf: array_namespace(leaf).take(leaf, rows, axis=0), memory)
