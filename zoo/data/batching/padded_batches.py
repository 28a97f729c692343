"""Batches of inputs for prediction, in few shapes, so that functions are compiled only a few times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from zoo.data.batching.length_buckets import length_bucket, pad_sequences, row_bucket


class PaddedBatch(NamedTuple):
    """Some inputs of similar length.

    Args:
        places: int `[n]`, indices of the inputs; n is at most B.
        values: `[B, L, ...]`, padded with 0; rows after the n-th are all padding.
        mask: bool `[B, L]`, False at padding.
    """

    places: np.ndarray
    values: np.ndarray
    mask: np.ndarray


def padded_batches(values: Sequence[np.ndarray], size: int) -> Iterator[PaddedBatch]:
    """Sort inputs by length, and pad them to a few shapes.

    Lengths are padded to 8, 12, 16, 24, 32, 48 and so on, rows to a power of two.

    Args:
        values: arrays `[L, ...]` of any length.
        size: maximum rows of a batch; rounded up to a power of two.

    Yields: Batches, the longest inputs first, so that a lack of memory shows at once.
    """
    order = sorted(range(len(values)), key=lambda place: -len(values[place]))
    rows = row_bucket(size)
    start = 0
    while start < len(order):
        length = length_bucket(len(values[order[start]]))
        chosen = []
        for place in order[start : start + rows]:
            if length_bucket(len(values[place])) != length:
                break
            chosen.append(place)
        start += len(chosen)
        yield PaddedBatch(
            np.array(chosen), *pad_sequences([values[place] for place in chosen], row_bucket(len(chosen)), length)
        )


def within_budget(lengths: Sequence[int], positions: int) -> Iterator[list[int]]:
    """Group inputs of similar lengths, with a limit on the padded positions of a group.

    Args:
        lengths: of the inputs.
        positions: maximum for a group, including padding; a longer input is a group of its own.

    Yields: Indices of the inputs of a group, from the longest to the shortest.
    """
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    while order:
        rows = max(1, positions // length_bucket(lengths[order[0]]))
        # Rows are padded to a power of two; this many count as full.
        rows = 1 << (rows.bit_length() - 1)
        yield order[:rows]
        order = order[rows:]
