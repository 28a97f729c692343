"""Numbers that are missing in a table of features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MISSING = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "?"))
"""How a missing number is written, in lower case."""

WAYS = ("stop", "forward", "mean", "zero", "drop")
"""What can become of missing numbers: an error; the last number of the feature before (the first one behind where there
is none); the mean of the feature in its sequence; zero; or the whole row is left out."""


def fill_missing(values: np.ndarray, sequences: Sequence[str], how: str) -> tuple[np.ndarray, int]:
    """Fill the missing numbers of sequences, in place.

    A feature that a sequence has not a single number of is zero in it.

    Args:
        values: float [N, D], NaN where a number is missing.
        sequences: which sequence each of the N rows belongs to.
        how: one of `WAYS`.

    Returns:
        bool [N], which rows are to be kept, and how many numbers were missing.
    """
    missing = np.isnan(values)  # [N, D]
    keep = np.ones(len(values), np.bool_)
    if how == "drop":
        keep = ~missing.any(axis=1)
    elif missing.any() and how != "zero":
        places: dict[str, list[int]] = {}
        for row, sequence in enumerate(sequences):
            places.setdefault(sequence, []).append(row)
        for rows in places.values():
            part = values[rows]  # [T, D]
            values[rows] = _forward(part) if how == "forward" else np.where(np.isnan(part), _means(part), part)
    values[np.isnan(values) & keep[:, None]] = 0
    return keep, int(missing.sum())


def _forward(part: np.ndarray) -> np.ndarray:
    """The last number before, or the first one behind: [T, D]."""
    known = ~np.isnan(part)
    steps = np.arange(len(part))[:, None]
    last = np.maximum.accumulate(np.where(known, steps, -1), axis=0)  # [T, D]
    first = np.where(known.any(axis=0), known.argmax(axis=0), 0)  # [D]
    return np.take_along_axis(part, np.where(last < 0, first, last), axis=0)


def _means(part: np.ndarray) -> np.ndarray:
    """The mean of what is known of each feature: [D]."""
    known = ~np.isnan(part)
    totals = np.where(known, part, 0).sum(axis=0, dtype=np.float64)
    return np.where(known.any(axis=0), totals / np.maximum(known.sum(axis=0), 1), np.nan)
