"""Fills missing numbers in a table of features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MISSING = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "?"))
"""Spellings of a missing number, in lower case."""

WAYS = ("stop", "forward", "mean", "zero", "drop")
"""How to handle missing numbers: as an error; use the feature's previous number (or the next one at the start); its
mean in the sequence; zero; or drop the row."""


def fill_missing(values: np.ndarray, sequences: Sequence[str], how: str) -> tuple[np.ndarray, int]:
    """Fill the missing numbers of sequences, in place.

    A feature without any number in a sequence is zero there.

    Args:
        values: float [N, D], NaN for missing numbers.
        sequences: the sequence of each of the N rows.
        how: one of `WAYS`.

    Returns:
        bool [N], the rows to keep, and how many numbers were missing.
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
    """Fill with the previous number, or with the next one at the start: [T, D]."""
    known = ~np.isnan(part)
    steps = np.arange(len(part))[:, None]
    last = np.maximum.accumulate(np.where(known, steps, -1), axis=0)  # [T, D]
    first = np.where(known.any(axis=0), known.argmax(axis=0), 0)  # [D]
    return np.take_along_axis(part, np.where(last < 0, first, last), axis=0)


def _means(part: np.ndarray) -> np.ndarray:
    """Return the mean of each feature's known numbers: [D]."""
    known = ~np.isnan(part)
    totals = np.where(known, part, 0).sum(axis=0, dtype=np.float64)
    return np.where(known.any(axis=0), totals / np.maximum(known.sum(axis=0), 1), np.nan)
