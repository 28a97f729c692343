"""What a model says to one input, and how well it did on many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """The answer to one input.

    Attributes:
        value: the raw output: a label, a text, a list of labels.
        score: its logarithmic probability, natural; None where the topology gives none.
        details: what else there is to know, by name: `probabilities` of all labels, `alternatives` with their
            scores.
    """

    value: Any
    score: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """How answers compare with the truth, by the metrics of the field.

    Attributes:
        metrics: by name.
        notes: lines for people, such as the signature of a metric or a table of confusions.
        worst: places of the answers, the most wrong first; those that are right are left out.
    """

    metrics: Mapping[str, float]
    notes: tuple[str, ...] = ()
    worst: tuple[int, ...] = ()
