"""Metrics of segmentation: frame accuracy, edit score, and F1 of segments (Lea et al. 2017)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import groupby
from typing import NamedTuple

from zoo.metrics.labels import accuracy, macro_f1


class Segment(NamedTuple):
    """A run of equal labels.

    Args:
        label: of its frames.
        start: its first frame.
        end: the frame after its last.
    """

    label: Hashable
    start: int
    end: int


def segments(labels: Sequence[Hashable]) -> list[Segment]:
    """The runs of equal labels, in order."""
    found, start = [], 0
    for label, run in groupby(labels):
        length = len(list(run))
        found.append(Segment(label, start, start + length))
        start += length
    return found


def edit_score(truth: Sequence[Hashable], predicted: Sequence[Hashable]) -> float:
    """Similarity of the order of segments, ignoring their lengths: 0 to 100.

    One minus the Levenshtein distance of the segments' labels, divided by the larger number of segments (Lea et al.
    2017, arXiv:1611.05267).
    """
    one = [segment.label for segment in segments(truth)]
    other = [segment.label for segment in segments(predicted)]
    if not one and not other:
        return 100.0
    row = list(range(len(other) + 1))
    for place, label in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, guess in enumerate(other, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (label != guess))
    return 100.0 * (1 - row[-1] / max(len(one), len(other)))


def segment_f1(
    truths: Sequence[Sequence[Hashable]], predictions: Sequence[Sequence[Hashable]], overlap: float
) -> float:
    """F1 of segments. A segment is correct if it overlaps enough with an unmatched true segment of the same label.

    Args:
        truths: labels of each sequence.
        predictions: as many.
        overlap: the required intersection over union, 0 to 1; 0.1, 0.25 and 0.5 in Lea et al. 2017.

    Returns:
        From 0 to 100, over all sequences.
    """
    hits = false = missed = 0
    for truth, predicted in zip(truths, predictions, strict=True):
        real = segments(truth)
        taken = [False] * len(real)
        for guess in segments(predicted):
            best, place = 0.0, -1
            for number, segment in enumerate(real):
                if segment.label != guess.label:
                    continue
                shared = min(segment.end, guess.end) - max(segment.start, guess.start)
                union = max(segment.end, guess.end) - min(segment.start, guess.start)
                if shared > 0 and shared / union > best:
                    best, place = shared / union, number
            if place >= 0 and best >= overlap and not taken[place]:
                taken[place] = True
                hits += 1
            else:
                false += 1
        missed += taken.count(False)
    return 100.0 * 2 * hits / (2 * hits + false + missed) if hits + false + missed else 100.0


def frame_metrics(truths: Sequence[Sequence[Hashable]], predictions: Sequence[Sequence[Hashable]]) -> dict[str, float]:
    """Return all metrics of this file by name; the edit score is the mean over sequences.

    Args:
        truths: labels of each sequence.
        predictions: as many, of the same lengths.

    Raises:
        ValueError: there are none, or they differ in length.
    """
    for truth, predicted in zip(truths, predictions, strict=True):
        if len(truth) != len(predicted):
            raise ValueError(f"a sequence of {len(truth)} labels has {len(predicted)} predictions")
    flat_truth = [label for truth in truths for label in truth]
    flat_predicted = [label for predicted in predictions for label in predicted]
    edits = [edit_score(truth, predicted) for truth, predicted in zip(truths, predictions, strict=True)]
    return {
        "accuracy": accuracy(flat_truth, flat_predicted),
        "macro_f1": macro_f1(flat_truth, flat_predicted),
        "edit": sum(edits) / len(edits),
        **{f"f1@{share}": segment_f1(truths, predictions, share / 100) for share in (10, 25, 50)},
    }
