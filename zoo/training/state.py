"""Where a training stands, apart from its arrays."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class TrainingState:
    """All that decides how a training goes on, besides weights, optimiser and carried state.

    Attributes:
        step: optimiser steps taken.
        epoch: whole passes over the training data.
        batch: batches taken of the present pass.
        elapsed: seconds of training.
        best: the best value of the monitored metric; None before the first evaluation.
        since_best: evaluations since it was found.
        plateaus: how often the learning rate was lowered.
        since_plateau: evaluations without progress since it was lowered or a best was found.
        evaluated: step of the last evaluation.
        totals: name -> [sum, weight] over the training batches since the last evaluation.
        seen: positions in those batches, padding included.
        held: those of them that held something.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    elapsed: float = 0.0
    best: float | None = None
    since_best: int = 0
    plateaus: int = 0
    since_plateau: int = 0
    evaluated: int = 0
    totals: dict[str, tuple[float, float]] = field(default_factory=dict)
    seen: int = 0
    held: int = 0

    def to_json(self) -> dict[str, Any]:
        """Give it as what JSON holds; floats keep all their digits."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> TrainingState:
        """Make it again from what `to_json` gave."""
        known = {entry.name for entry in fields(cls)}
        state = cls(**{name: value for name, value in values.items() if name in known})
        state.totals = {name: (float(total), float(weight)) for name, (total, weight) in state.totals.items()}
        return state
