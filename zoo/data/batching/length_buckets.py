"""Pads lists of any length to a small set of shapes, so that functions are compiled only a few times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SHORTEST = 8


def length_bucket(length: int) -> int:
    """Round a length up to 8, 12, 16, 24, 32, 48 and so on: by at most half."""
    if length <= SHORTEST:
        return SHORTEST
    power = row_bucket(length)
    return 3 * power // 4 if length <= 3 * power // 4 else power


def row_bucket(rows: int) -> int:
    """Round a number of rows up to a power of two."""
    return 1 << max(0, rows - 1).bit_length()


def pad_sequences(sequences: Sequence[np.ndarray], rows: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Pad sequences into one array.

    Args:
        sequences: each `[n, ...]`, n at most `length`.
        rows: of the array; surplus rows are padding.
        length: of the array.

    Returns:
        The array `[rows, length, ...]`, zero at padding, and the mask, bool `[rows, length]`.
    """
    first = sequences[0]
    array = np.zeros((rows, length, *first.shape[1:]), first.dtype)  # [B, L, ...]
    mask = np.zeros((rows, length), np.bool_)  # [B, L]
    for row, sequence in enumerate(sequences):
        array[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = True
    return array, mask
