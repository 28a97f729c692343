"""A bounded set of shapes: lengths and numbers of rows are rounded up, and long lists are cut in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops, tree

SHORTEST = 8


def length_bucket(length: int) -> int:
    """Round a length up to 8, 12, 16, 24, 32, 48 and so on: at most half as much again."""
    power = SHORTEST
    while power < length:
        if 3 * power // 2 >= length:
            return 3 * power // 2
        power *= 2
    return power


def row_bucket(rows: int) -> int:
    """Round a number of rows up to a power of two."""
    return 1 << max(0, rows - 1).bit_length()


def by_length(lengths: Sequence[Any], size: int) -> list[list[int]]:
    """Cut a list in batches of similar lengths.

    Args:
        lengths: of each item; numbers, or tuples of them, the most important first.
        size: items of a batch; the last one has what is left.

    Returns:
        The items' places, batch by batch, from short to long.
    """
    order = sorted(range(len(lengths)), key=lambda place: lengths[place])
    return [order[begin : begin + size] for begin in range(0, len(order), size)]


def padded(sequences: Sequence[np.ndarray], rows: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Put sequences into one array.

    Args:
        sequences: each `[n, ...]`, n at most `length`.
        rows: of the array; those that are left over are empty.
        length: of the array.

    Returns:
        The array `[rows, length, ...]`, zero at padding, and the mask, bool `[rows, length]`.
    """
    first = sequences[0]
    array = np.zeros((rows, length, *first.shape[1:]), first.dtype)
    mask = np.zeros((rows, length), bool)
    for row, sequence in enumerate(sequences):
        array[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = True
    return array, mask


def rows_of(memory: Any, places: np.ndarray) -> Any:
    """Take some rows of every tensor of a memory; None stays None."""
    return None if memory is None else tree.map_structure(lambda leaf: ops.take(leaf, places, axis=0), memory)
