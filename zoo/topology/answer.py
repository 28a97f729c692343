"""A model's answer to one input, and the quality of its answers to many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zoo.codecs.codec import RawValue


@dataclass(frozen=True)
class Answer:
    """The answer to one input.

    Attributes:
        value: the raw output: a label, a text, a list of labels.
        score: what answers to the same input are ranked by, the larger the better: the natural logarithm of the
            answer's probability, which a beam search divides by its length penalty. The scores of `alternatives` mean
            the same. None where the topology gives none.
        details: what else there is to know, by name: `probabilities` of all labels; `log_probability` of a text, before
            any penalty; `alternatives`, pairs of another answer and its score; `unknown`, the words of the input that
            the model does not know.
    """

    value: RawValue
    score: float | None = None
    details: Mapping[str, RawValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """How answers compare with the truth, by the usual metrics.

    Attributes:
        metrics: by name.
        notes: lines for people, such as the signature of a metric or a confusion matrix.
        worst: indices of the answers, the most wrong first, without those that are right.
    """

    metrics: Mapping[str, float]
    notes: tuple[str, ...] = ()
    worst: tuple[int, ...] = ()
