"""Groups of examples with similar lengths, for a small set of batch shapes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

_BLOCK = 1 << 18  # examples processed together


@dataclass(frozen=True)
class Bucket:
    """Examples that are padded to the same shape.

    Args:
        members: int32 [n], indices of the examples, in order.
        shape: padded length of each sequence of an example.
        rows: examples per batch.
    """

    members: np.ndarray
    shape: tuple[int, ...]
    rows: int

    @property
    def batches(self) -> int:
        """Number of batches of this bucket."""
        return -(-len(self.members) // self.rows)


def make_buckets(lengths: np.ndarray, count: int, size: int, tokens: int, multiple: int = 1) -> list[Bucket]:
    """Divide examples into groups with little padding.

    The groups are boxes of the space of lengths. Starting with one box around all examples, the best cut, along any
    sequence, is made repeatedly until there are enough boxes.

    Args:
        lengths: int [N, sequences], the length of each sequence of each example.
        count: maximum number of buckets.
        size: rows of a batch, if `tokens` is 0.
        tokens: maximum number of positions of the longest sequence in a batch; a batch has at least one row.
        multiple: rows are a multiple of this.

    Returns:
        Buckets from short to long, which together contain each example once.
    """
    # Examples of equal lengths stay together, so the work depends on the few distinct lengths.
    kinds, counts, kind_of = _kinds(lengths)
    boxes = [np.arange(len(kinds))]
    cuts = [_best_cut(kinds, counts, 2 * _rows(kinds, size, tokens, multiple))]
    while len(boxes) < count:
        place = int(np.argmax([saved for saved, _ in cuts]))
        saved, left = cuts[place]
        if saved == 0:
            break
        parts = [boxes[place][left], boxes[place][~left]]
        boxes[place : place + 1] = parts
        cuts[place : place + 1] = [
            _best_cut(kinds[part], counts[part], 2 * _rows(kinds[part], size, tokens, multiple)) for part in parts
        ]
    box_of = np.empty(len(kinds), np.int32)
    for number, box in enumerate(boxes):
        box_of[box] = number
    buckets = []
    for number, box in enumerate(boxes):
        members = np.flatnonzero(box_of[kind_of] == number).astype(np.int32)
        shape = tuple(kinds[box].max(axis=0).tolist())
        buckets.append(Bucket(members, shape, _rows(kinds[box], size, tokens, multiple)))
    return sorted(buckets, key=lambda bucket: (sum(bucket.shape), bucket.shape))


def _kinds(lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the distinct lengths.

    Args:
        lengths: int [N, sequences].

    Returns:
        int64 [kinds, sequences]; int64 [kinds], how many examples have them; int32 [N], the kind of each example.
    """
    if not lengths.shape[1]:
        return np.zeros((1, 0), np.int64), np.array([len(lengths)]), np.zeros(len(lengths), np.int32)
    found: dict[tuple[int, ...], int] = {}
    counts: list[int] = []
    kind_of = np.empty(len(lengths), np.int32)  # [N]
    for start in range(0, len(lengths), _BLOCK):
        part = lengths[start : start + _BLOCK]
        _, first, inverse, number = np.unique(
            _keys(part), axis=0, return_index=True, return_inverse=True, return_counts=True
        )
        block = part[first]  # [kinds of the block, sequences]
        places = np.empty(len(block), np.int32)
        for row, (kind, times) in enumerate(zip(block.tolist(), number.tolist(), strict=True)):
            places[row] = found.setdefault(tuple(kind), len(counts))
            if places[row] == len(counts):
                counts.append(0)
            counts[places[row]] += times
        kind_of[start : start + _BLOCK] = places[inverse.reshape(-1)]
    return np.array(list(found), np.int64), np.array(counts, np.int64), kind_of


def _keys(lengths: np.ndarray) -> np.ndarray:
    """Return a sort key for each row of lengths: a single number if it fits, which sorts faster."""
    sizes = [int(most) + 1 for most in lengths.max(axis=0)]
    if math.prod(sizes) >= 1 << 62:
        return lengths
    keys = np.zeros(len(lengths), np.int64)  # [N]
    for column, size in enumerate(sizes):
        keys = keys * size + lengths[:, column]
    return keys


def _rows(lengths: np.ndarray, size: int, tokens: int, multiple: int) -> int:
    """Return the rows of a batch of these examples."""
    rows = tokens // int(lengths.max()) if tokens and lengths.size else size
    return max(1, rows // multiple) * multiple


def _best_cut(lengths: np.ndarray, counts: np.ndarray, least: int) -> tuple[int, np.ndarray]:
    """Find the cut of a box that saves the most padding.

    Args:
        lengths: int [kinds, sequences] of the box's examples.
        counts: int [kinds], how many examples have them.
        least: minimum number of examples on either side; incomplete batches are padded as well, so a box of less than a
            batch or two is not worth its own shape.

    Returns:
        How many padded positions are saved, and bool [kinds]: which lengths are on the shorter side.
    """
    best = (0, np.zeros(len(lengths), np.bool_))
    total = int(counts.sum())
    if total < 2 * least or len(lengths) < 2:
        return best
    whole = total * int(lengths.max(axis=0).sum())
    for column in range(lengths.shape[1]):
        order = np.argsort(lengths[:, column], kind="stable")  # [kinds]
        ordered = lengths[order]  # [kinds, sequences]
        # Padded positions with the first k kinds on the left: their number times the sum of their maxima.
        left = np.maximum.accumulate(ordered, axis=0).sum(axis=1)  # [kinds]
        right = np.maximum.accumulate(ordered[::-1], axis=0)[::-1].sum(axis=1)  # [kinds]
        taken = np.cumsum(counts[order])[:-1]  # [kinds - 1]: examples on the left
        padded = taken * left[:-1] + (total - taken) * right[1:]  # [kinds - 1]
        padded[ordered[1:, column] == ordered[:-1, column]] = whole  # equal lengths stay together
        padded[(taken < least) | (total - taken < least)] = whole
        place = int(np.argmin(padded))
        if whole - int(padded[place]) > best[0]:
            side = np.zeros(len(lengths), np.bool_)
            side[order[: place + 1]] = True
            best = (whole - int(padded[place]), side)
    return best
