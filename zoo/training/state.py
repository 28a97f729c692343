"""The state of a training, apart from its arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

OLD_NAMES = {"seen": "positions", "held": "filled_positions"}


@dataclass
class TrainingState:
    """All that decides how a training continues, besides weights, optimiser and carried state.

    Attributes:
        step: optimiser steps taken.
        epoch: whole passes over the training data.
        batch: batches taken in the present pass.
        elapsed: seconds of the run, start-up and evaluations included.
        startup_seconds: of those before the first step was done.
        evaluated_at: value of `elapsed` after the last evaluation.
        evaluation_seconds: how long that took, saving included.
        best: the best value of the monitored metric; None before the first evaluation.
        best_loss: the loss of that evaluation, which decides between equal values; None where it is not known.
        since_best: evaluations since it was found.
        plateaus: how often the learning rate has been lowered.
        since_plateau: evaluations without progress since it was lowered or the best was found.
        evaluated: step of the last evaluation.
        totals: name -> [sum, weight] over the training batches since the last evaluation.
        epoch_totals: name -> [sum, weight] over the training batches of the present epoch, for callbacks.
        positions: positions in those batches, padding included.
        filled_positions: those of them that are not padding.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    elapsed: float = 0.0
    startup_seconds: float = 0.0
    evaluated_at: float = 0.0
    evaluation_seconds: float = 0.0
    best: float | None = None
    best_loss: float | None = None
    since_best: int = 0
    plateaus: int = 0
    since_plateau: int = 0
    evaluated: int = 0
    totals: dict[str, tuple[float, float]] = field(default_factory=dict)
    epoch_totals: dict[str, tuple[float, float]] = field(default_factory=dict)
    positions: int = 0
    filled_positions: int = 0

    def to_json(self) -> dict[str, object]:
        """Return it in JSON types; floats keep all their digits."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> TrainingState:
        """Restore what `to_json` returned; keys that are not known are left out.

        Raises:
            ValueError: a value is not what `to_json` returns.
        """
        known = {entry.name: entry.default for entry in fields(cls)}
        renamed = {OLD_NAMES.get(name, name): value for name, value in values.items()}
        state = cls(**{name: value for name, value in renamed.items() if name in known})
        for name, default in known.items():
            value = getattr(state, name)
            if isinstance(default, int) and not (isinstance(value, int) and value >= 0):
                raise ValueError(f"its '{name}' is {value!r}")
            if isinstance(default, float) and not (isinstance(value, (int, float)) and value >= 0):
                raise ValueError(f"its '{name}' is {value!r}")
            if default is None and not (value is None or isinstance(value, (int, float))):
                raise ValueError(f"its '{name}' is {value!r}")
        state.totals, state.epoch_totals = _as_totals(state.totals), _as_totals(state.epoch_totals)
        return state


def _as_totals(values: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, float]]:
    return {name: (float(total), float(weight)) for name, (total, weight) in values.items()}
