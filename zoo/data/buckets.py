"""Groups of examples with similar lengths, for a small set of batch shapes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Bucket:
    """Examples that are padded to one shape.

    Args:
        members: int64 [n], places of the examples, in their order.
        shape: padded length of each sequence of an example.
        rows: examples of a batch.
    """

    members: np.ndarray
    shape: tuple[int, ...]
    rows: int

    @property
    def batches(self) -> int:
        """How many batches the members make."""
        return -(-len(self.members) // self.rows)


def make_buckets(lengths: np.ndarray, count: int, size: int, tokens: int, multiple: int = 1) -> list[Bucket]:
    """Divide examples into groups so that little of their batches is padding.

    The groups are boxes of the space of lengths. Beginning with one box around all examples, the cut that saves most
    padding is made, along whichever sequence it lies, until there are enough boxes.

    Args:
        lengths: int [N, sequences], the length of each sequence of each example.
        count: how many buckets at most.
        size: rows of a batch, where `tokens` is 0.
        tokens: how many positions of the longest sequence a batch may have; at least one row it has anyway.
        multiple: rows are a multiple of this.

    Returns:
        Buckets from short to long; together they hold every example once.
    """
    boxes = [np.arange(len(lengths))]
    cuts = [_best_cut(lengths, 2 * _rows(lengths, size, tokens, multiple))]
    while len(boxes) < count:
        place = int(np.argmax([saved for saved, _ in cuts]))
        saved, left = cuts[place]
        if saved == 0:
            break
        parts = [boxes[place][left], boxes[place][~left]]
        boxes[place : place + 1] = parts
        cuts[place : place + 1] = [
            _best_cut(lengths[part], 2 * _rows(lengths[part], size, tokens, multiple)) for part in parts
        ]
    buckets = [
        Bucket(box, tuple(lengths[box].max(axis=0).tolist()), _rows(lengths[box], size, tokens, multiple))
        for box in boxes
    ]
    return sorted(buckets, key=lambda bucket: (sum(bucket.shape), bucket.shape))


def _rows(lengths: np.ndarray, size: int, tokens: int, multiple: int) -> int:
    """Rows of a batch of these examples."""
    rows = tokens // int(lengths.max()) if tokens and lengths.size else size
    return max(1, rows // multiple) * multiple


def _best_cut(lengths: np.ndarray, least: int) -> tuple[int, np.ndarray]:
    """The cut of a box into two that saves most padding.

    Args:
        lengths: int [n, sequences] of the box's examples.
        least: how many examples either side must have: a batch that is not full is padding, too, so that a box of
            less than a batch or two is not worth a shape.

    Returns:
        How many padded positions are saved, and bool [n]: which examples lie on the shorter side.
    """
    best = (0, np.zeros(len(lengths), np.bool_))
    if len(lengths) < 2 * least:
        return best
    whole = len(lengths) * int(lengths.max(axis=0).sum())
    for column in range(lengths.shape[1]):
        order = np.argsort(lengths[:, column], kind="stable")  # [n]
        ordered = lengths[order]  # [n, sequences]
        # Padded positions with the first k examples on the left: their number times the sum of their maxima.
        left = np.maximum.accumulate(ordered, axis=0).sum(axis=1)  # [n]
        right = np.maximum.accumulate(ordered[::-1], axis=0)[::-1].sum(axis=1)  # [n]
        taken = np.arange(1, len(lengths))  # [n - 1]
        padded = taken * left[:-1] + (len(lengths) - taken) * right[1:]  # [n - 1]
        padded[ordered[1:, column] == ordered[:-1, column]] = whole  # equal lengths stay together
        padded[: least - 1] = padded[len(padded) - least + 1 :] = whole
        place = int(np.argmin(padded))
        if whole - int(padded[place]) > best[0]:
            side = np.zeros(len(lengths), np.bool_)
            side[order[: place + 1]] = True
            best = (whole - int(padded[place]), side)
    return best
