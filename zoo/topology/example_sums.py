"""What each example adds to a topology's metrics, for intervals and paired tests (see `zoo.metrics.ExampleSums`)."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from zoo.codecs.labels import label_set
from zoo.metrics import ExampleSums, bleu_sums, mean_sums
from zoo.metrics.exact import exact_match

if TYPE_CHECKING:
    from zoo.codecs.codec import RawExample
    from zoo.topology.answer import Answer

SMALLEST = 1e-30
"""Least probability that a logarithm is taken of."""


def text_sums(examples: Sequence[RawExample], answers: Sequence[Answer], bleu: bool) -> dict[str, ExampleSums]:
    """Return corpus BLEU, where it is asked for, and exact matches of written texts.

    Args:
        examples: with `target`, or several `references`.
        answers: texts.
        bleu: whether the texts are translations.
    """
    written = [str(answer.value) for answer in answers]
    truth = [list(example.get("references") or (example["target"],)) for example in examples]
    right = [exact_match([text], [texts]) for text, texts in zip(written, truth, strict=True)]
    return ({"bleu": bleu_sums(written, truth)} if bleu else {}) | {"exact": mean_sums(right)}


def label_sums(truth: Sequence[Hashable], answers: Sequence[Answer]) -> dict[str, ExampleSums]:
    """Return accuracy and loss, the negative logarithm of the right label's probability.

    Args:
        truth: labels, as answers name them.
        answers: with the probabilities of all labels.
    """
    right = [float(answer.value == label) for label, answer in zip(truth, answers, strict=True)]
    shares = [answer.details["probabilities"].get(label, 0.0) for label, answer in zip(truth, answers, strict=True)]
    return {"accuracy": mean_sums(right), "loss": mean_sums([-math.log(max(share, SMALLEST)) for share in shares])}


def frame_sums(truth: Sequence[Sequence[Hashable]], answers: Sequence[Answer]) -> dict[str, ExampleSums]:
    """Return the accuracy of frames, resampled by recordings.

    Args:
        truth: a label for each frame.
        answers: likewise.
    """
    right = [
        float(sum(one == other for one, other in zip(labels, answer.value, strict=True)))
        for labels, answer in zip(truth, answers, strict=True)
    ]
    return {"accuracy": mean_sums(right, [float(len(labels)) for labels in truth])}


def number_sums(examples: Sequence[RawExample], answers: Sequence[Answer]) -> dict[str, ExampleSums]:
    """Return root mean square error and mean absolute error.

    Args:
        examples: whose targets are numbers, or sequences of them.
        answers: likewise.
    """
    errors = [
        np.atleast_1d(np.asarray(answer.value, np.float64) - np.asarray(example["target"], np.float64))
        for example, answer in zip(examples, answers, strict=True)
    ]
    counts = [float(error.size) for error in errors]
    squares = mean_sums([float(np.square(error).sum()) for error in errors], counts)
    return {
        "rmse": ExampleSums(squares.sums, lambda sums: np.sqrt(squares.score(sums))),
        "mae": mean_sums([float(np.abs(error).sum()) for error in errors], counts),
    }


def label_set_sums(examples: Sequence[RawExample], answers: Sequence[Answer]) -> dict[str, ExampleSums]:
    """Return F1 over all labels, and the share of examples with exactly the right labels.

    Args:
        examples: whose targets are several labels each.
        answers: lists of labels.
    """
    pairs = [
        (label_set(example["target"]), set(answer.value)) for example, answer in zip(examples, answers, strict=True)
    ]
    hits = [2.0 * len(one & other) for one, other in pairs]
    return {
        "micro_f1": mean_sums(hits, [float(len(one) + len(other)) for one, other in pairs]),
        "exact_match": mean_sums([float(one == other) for one, other in pairs]),
    }
