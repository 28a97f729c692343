"""Metrics of regression, and of several labels at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np


def number_metrics(truth: Sequence[float], predicted: Sequence[float]) -> dict[str, float]:
    """Return root mean square error, mean absolute error and the coefficient of determination.

    Args:
        truth: numbers.
        predicted: one for each.

    Returns:
        `rmse`, `mae` and `r2`; `r2` is NaN if all true numbers are the same.

    Raises:
        ValueError: there are none, or the numbers differ.
    """
    if len(truth) != len(predicted) or not len(truth):
        raise ValueError(f"{len(truth)} numbers and {len(predicted)} predictions; there must be equally many")
    true, guess = np.asarray(truth, np.float64), np.asarray(predicted, np.float64)
    error, spread = guess - true, float(np.square(true - true.mean()).sum())
    return {
        "rmse": float(np.sqrt(np.square(error).mean())),
        "mae": float(np.abs(error).mean()),
        "r2": 1.0 - float(np.square(error).sum()) / spread if spread else float("nan"),
    }


def label_set_metrics(truth: Sequence[Collection[str]], predicted: Sequence[Collection[str]]) -> dict[str, float]:
    """Return F1 over all labels, the mean F1 of the labels, and the share of examples with exactly the right labels.

    Args:
        truth: the labels of each example.
        predicted: likewise.

    Returns:
        `micro_f1`, `macro_f1` (over the labels that occur) and `exact_match`.

    Raises:
        ValueError: there are none, or the numbers differ.
    """
    if len(truth) != len(predicted) or not len(truth):
        raise ValueError(f"{len(truth)} sets of labels and {len(predicted)} predictions; there must be equally many")
    true, guess = [set(one) for one in truth], [set(one) for one in predicted]
    labels = sorted(set().union(*true, *guess))
    hits = {label: sum(label in a and label in b for a, b in zip(true, guess, strict=True)) for label in labels}
    total = {label: sum(label in one for one in true) + sum(label in one for one in guess) for label in labels}
    scores = [2 * hits[label] / total[label] for label in labels]
    everything = sum(total.values())
    return {
        "micro_f1": 2 * sum(hits.values()) / everything if everything else 1.0,
        "macro_f1": float(np.mean(scores)) if scores else 1.0,
        "exact_match": sum(a == b for a, b in zip(true, guess, strict=True)) / len(true),
    }
