"""What a run makes of a split: the metrics of its field, some answers beside the truth, the most wrong ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.settings import Settings
    from zoo.topology import Inference, Topology

MOST = 10_000
"""Examples that are answered at most; the sums of an evaluation are over all."""


@dataclass(frozen=True)
class ShownExample:
    """An answer beside the truth, each a line for people, and what else there is to say about it."""

    source: str
    target: str
    answer: str
    remark: str = ""


@dataclass(frozen=True)
class EvaluationReport:
    """How a run does on a split.

    Attributes:
        split: which.
        metrics: by name: those of the loss, and those that compare whole answers with the truth.
        notes: lines for people, such as the signature of a metric.
        examples: the first examples with their answers.
        worst: the most wrong ones.
    """

    split: str
    metrics: Mapping[str, float]
    notes: tuple[str, ...] = ()
    examples: tuple[ShownExample, ...] = ()
    worst: tuple[ShownExample, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The same as JSON takes it."""
        return {
            "split": self.split,
            "metrics": dict(self.metrics),
            "notes": list(self.notes),
            "examples": [vars(shown) for shown in self.examples],
            "worst": [vars(shown) for shown in self.worst],
        }


def compare_answers(
    topology: Topology,
    inference: Inference,
    settings: Settings,
    examples: Any,
    split: str,
    metrics: Mapping[str, float],
    show: int = 3,
) -> EvaluationReport:
    """Answer a split and judge the answers.

    Args:
        topology: of the model.
        inference: the model.
        settings: of the run.
        examples: raw examples of the split.
        split: its name.
        metrics: what is known already, such as the loss.
        show: how many examples to show.

    Returns:
        What came of it; where the topology judges no answers, the metrics alone.
    """
    if not topology.judges:
        return EvaluationReport(split, metrics)
    chosen = list(islice(iter(examples), MOST))
    answers = topology.answer(inference, [example["source"] for example in chosen], settings)
    judgement = topology.judge(chosen, answers)
    notes = judgement.notes
    if len(examples) > MOST:
        notes = (*notes, f"answers to the first {MOST:,} of {len(examples):,} examples were compared with the truth")

    def shown(place: int) -> ShownExample:
        example, answer = chosen[place], answers[place]
        return ShownExample(
            *topology.show_beside(example["source"], example["target"], answer.value), topology.remark(answer)
        )

    return EvaluationReport(
        split,
        {**metrics, **judgement.metrics},
        notes,
        tuple(shown(place) for place in range(min(show, len(chosen)))),
        tuple(shown(place) for place in judgement.worst[:show]),
    )
