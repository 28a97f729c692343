"""The evaluation of a run on a split: metrics, and some answers next to the truth, including the worst."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Examples
    from zoo.settings import Settings
    from zoo.topology import Answer, Inference, Topology

MOST = 10_000
"""Largest number of examples that are answered; losses cover all examples."""
FIRST = 64
"""Examples that are answered regardless of the deadline, to estimate how long the others will take."""


@dataclass(frozen=True)
class ShownExample:
    """An answer next to the truth, as lines for people, with an optional remark."""

    source: str
    target: str
    answer: str
    remark: str = ""


@dataclass(frozen=True)
class EvaluationReport:
    """The results of a run on a split.

    Attributes:
        split: its name.
        metrics: by name, from the loss and from comparing answers with the truth.
        notes: lines for people, such as the signature of a metric.
        examples: the first examples with their answers.
        worst: the most wrong ones.
    """

    split: str
    metrics: Mapping[str, float]
    notes: tuple[str, ...] = ()
    examples: tuple[ShownExample, ...] = ()
    worst: tuple[ShownExample, ...] = field(default=())

    def as_json(self) -> dict[str, object]:
        """The report as JSON accepts it."""
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
    examples: Examples,
    split: str,
    metrics: Mapping[str, float],
    show: int = 3,
    deadline: float | None = None,
) -> EvaluationReport:
    """Answer a split and judge the answers.

    Args:
        topology: of the model.
        inference: the model.
        settings: of the run.
        examples: raw examples of the split.
        split: its name.
        metrics: those already computed, such as the loss.
        show: how many examples to show.
        deadline: when to stop answering, by `time.perf_counter`.

    Returns:
        The report; only the metrics if the topology does not judge answers.
    """
    if not topology.judges:
        return EvaluationReport(split, metrics)
    from zoo.topology.not_finite import finite_scores

    chosen = list(islice(iter(examples), MOST))
    answers = _answer(topology, inference, settings, [example["source"] for example in chosen], deadline)
    limit = "" if len(answers) == len(chosen) else "; train.minutes left no time for more (`zoo evaluate` takes it)"
    chosen = chosen[: len(answers)]
    judgement = topology.judge(chosen, finite_scores(answers, inference))
    notes = judgement.notes
    if len(chosen) < len(examples):
        counted = f"the first {len(chosen):,} of {len(examples):,} examples"
        notes = (*notes, f"answers to {counted} were compared with the truth{limit}")

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


def _answer(
    topology: Topology, inference: Inference, settings: Settings, sources: Sequence[object], deadline: float | None
) -> list[Answer]:
    """Answer as many sources, from the first on, as there is time for."""
    if deadline is None:
        return list(topology.answer(inference, sources, settings))
    answers: list[Answer] = []
    count = FIRST
    while count:
        began = time.perf_counter()
        answers += topology.answer(inference, sources[len(answers) : len(answers) + count], settings)
        now = time.perf_counter()
        # The first examples pay for the compilation, so that this is an upper bound.
        seconds_each = (now - began) / count
        affordable = int((deadline - now) / seconds_each)
        count = min(affordable if affordable >= FIRST // 4 else 0, 4 * count, len(sources) - len(answers))
    return answers
