"""Metrics of classification: accuracy, macro F1, area under the ROC curve, calibration, confusion matrix."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np


def accuracy(truth: Sequence[Hashable], predicted: Sequence[Hashable]) -> float:
    """Return the share of correct labels.

    Raises:
        ValueError: there are no labels, or the numbers differ.
    """
    _check(truth, predicted)
    return sum(one == other for one, other in zip(truth, predicted, strict=True)) / len(truth)


def macro_f1(truth: Sequence[Hashable], predicted: Sequence[Hashable]) -> float:
    """Return the mean F1 over the classes that occur."""
    from sklearn.metrics import f1_score

    _check(truth, predicted)
    names = {label: number for number, label in enumerate(dict.fromkeys([*truth, *predicted]))}
    return float(
        f1_score(
            [names[label] for label in truth], [names[label] for label in predicted], average="macro", zero_division=0
        )
    )


def roc_auc(truth: Sequence[Hashable], probabilities: Sequence[Mapping[Hashable, float]]) -> float:
    """Return the area under the receiver operating characteristic.

    Args:
        truth: labels.
        probabilities: for each of them the probability of every class.

    Returns:
        For two classes, the area of the second; for more, the mean of one-versus-rest areas. Classes that do not occur,
        or that all examples have, are left out; NaN if none is left.
    """
    from sklearn.metrics import roc_auc_score

    _check(truth, probabilities)
    classes = list(probabilities[0])
    areas = []
    for label in classes[1:] if len(classes) == 2 else classes:
        is_label = [one == label for one in truth]
        if any(is_label) and not all(is_label):
            areas.append(float(roc_auc_score(is_label, [row[label] for row in probabilities])))
    return float(np.mean(areas)) if areas else float("nan")


def calibration_error(
    truth: Sequence[Hashable], probabilities: Sequence[Mapping[Hashable, float]], bins: int = 15
) -> float:
    """Return the expected calibration error of Guo et al. 2017 (arXiv:1706.04599).

    Predictions are grouped by the probability of the likeliest class, in bins of equal width. The error is the mean,
    over predictions, of the gap between a bin's accuracy and its mean probability.
    """
    _check(truth, probabilities)
    chosen = [max(row, key=row.__getitem__) for row in probabilities]
    sure = np.array([row[label] for row, label in zip(probabilities, chosen, strict=True)])  # [N]
    right = np.array([one == other for one, other in zip(truth, chosen, strict=True)], np.float64)  # [N]
    places = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(float((right[places == place] - sure[places == place]).sum())) for place in np.unique(places)]
    return sum(gaps) / len(truth)


def label_metrics(truth: Sequence[Hashable], probabilities: Sequence[Mapping[Hashable, float]]) -> dict[str, float]:
    """Return all metrics of this file by name.

    Args:
        truth: labels.
        probabilities: for each of them the probability of every class.
    """
    predicted = [max(row, key=row.__getitem__) for row in probabilities]
    return {
        "accuracy": accuracy(truth, predicted),
        "macro_f1": macro_f1(truth, predicted),
        "roc_auc": roc_auc(truth, probabilities),
        "calibration_error": calibration_error(truth, probabilities),
    }


def confusion_table(truth: Sequence[Hashable], predicted: Sequence[Hashable]) -> str:
    """Write a confusion matrix as text: a row per true label, a column per predicted label."""
    _check(truth, predicted)
    classes = sorted({*truth, *predicted}, key=str)
    places = {label: place for place, label in enumerate(classes)}
    counts = np.zeros((len(classes), len(classes)), np.int64)  # [truth, predicted]
    for one, other in zip(truth, predicted, strict=True):
        counts[places[one], places[other]] += 1
    names = [str(label) for label in classes]
    cells = [["truth \\ answer", *names], *[[name, *map(str, row)] for name, row in zip(names, counts, strict=True)]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *[cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]]
        )
        for row in cells
    )


def _check(truth: Sequence[object], predicted: Sequence[object]) -> None:
    if len(truth) != len(predicted) or not len(truth):
        raise ValueError(
            f"there are {len(truth)} labels and {len(predicted)} predictions; there must be equally many, at least one"
        )
