"""Defaults that adapt to the data: chooses what the user did not set, and gives reasons."""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from zoo.settings.overrides import from_mapping
from zoo.settings.resolve import build

Row = TypeVar("Row")

EVALUATIONS = 30
"""Evaluations in a whole run, if they do not cost too much."""
EVALUATION_SHARE = 0.1
"""Most of a run's computation that evaluations may take; a forward pass costs a third of a training step."""
WARMUP_SHARE = 0.1
"""Most of a run's steps that the warm-up may take."""
WITHOUT_PROGRESS = 0.2
"""Share of the longest possible run that may pass without progress before the run stops."""


class Choice(NamedTuple):
    """A setting that was chosen from the data."""

    key: str  # dotted
    value: object
    why: str


class AdaptiveDefaults:
    """Settings that a task's rules fill in, unless the user has set them.

    A rule reads `settings`, which hold the user's values and the choices so far, and calls `choose`. The user's own
    values always stay, and later rules adapt to them.

    Args:
        settings: resolved, with the task's ordinary defaults.
        explicit: dotted names of the settings that the user gave.

    Attributes:
        settings: a copy of them, with the choices made so far.
        choices: the choices, in order.
    """

    def __init__(self, settings: Any, explicit: Iterable[str] = ()) -> None:
        self.settings = copy.deepcopy(settings)
        self.explicit = frozenset(explicit)
        self.choices: list[Choice] = []

    def is_explicit(self, key: str) -> bool:
        """Whether the user gave this setting."""
        return key in self.explicit

    def choose(self, values: Mapping[str, object], why: str) -> None:
        """Choose settings, except those that the user gave.

        Args:
            values: dotted name -> value.
            why: the property of the data that decides, as a short phrase.
        """
        for key, value in values.items():
            if key in self.explicit:
                continue
            *steps, name = key.split(".")
            part = self.settings
            for step in steps:
                part = getattr(part, step)
            if getattr(part, name) != value:
                self.choices = [choice for choice in self.choices if choice.key != key]
                self.choices.append(Choice(key, value, why))
            setattr(part, name, value)

    def choose_budget(self, epochs: float, steps_per_epoch: float, validation_steps: float, why: str) -> None:
        """Choose how long to train at most, how often to evaluate, and how long to wait for progress.

        Without a limit from the user, training ends when the validation metric stops improving, or after `epochs`. With
        only `train.minutes`, the time limit applies as well. Steps or epochs from the user are used exactly.

        Args:
            epochs: passes over the training data at most.
            steps_per_epoch: batches of a pass.
            validation_steps: the size of the validation split in training batches; 0 if there is none.
            why: as for `choose`.
        """
        exact = {"train.steps", "train.epochs"} & self.explicit
        if not exact:
            limits = {"train.steps": 0, "train.epochs": epochs}
            self.choose(limits if "train.minutes" in self.explicit else {**limits, "train.minutes": 0.0}, why)
        train = self.settings.train
        steps = train.steps or max(1.0, train.epochs * steps_per_epoch)
        every = math.ceil(max(steps / EVALUATIONS, evaluation_interval(validation_steps)))
        if not exact:  # a short run that is resumed must equal a long one
            self.choose({"train.warmup": min(train.warmup, math.ceil(WARMUP_SHARE * steps))}, why)
        if train.minutes:
            # The clock decides: the number of steps is unknown.
            self.choose({"train.evaluate_every": 0}, f"about 20 evaluations in {train.minutes:g} minutes")
        else:
            self.choose({"train.evaluate_every": every}, f"about {max(1, round(steps / every))} evaluations in all")
        if not exact and validation_steps:
            patience = max(4, math.ceil(WITHOUT_PROGRESS * steps / every))
            self.choose({"train.patience": patience}, "stops when learning stops, and keeps the best weights")

    def resolved(self, task: str) -> Any:
        """Return the settings with all choices, checked as if a user had written them.

        Args:
            task: the task's name, for messages.
        """
        values = from_mapping(dataclasses.asdict(self.settings))
        return build(type(self.settings), values, f" of task {task}")


def evaluation_interval(validation_steps: float) -> float:
    """Return the fewest steps between two evaluations that keep their cost within `EVALUATION_SHARE`.

    Args:
        validation_steps: the size of the validation split in training batches.
    """
    return validation_steps / 3 / EVALUATION_SHARE


def by_size(size: float, table: Sequence[tuple[float, Row]]) -> Row:
    """Return the first row of a table whose bound is not exceeded; the last row has no bound.

    Args:
        size: of the data.
        table: (largest size, row), in order.
    """
    return next((row for bound, row in table if size <= bound), table[-1][1])


def explain(choices: Sequence[Choice]) -> list[str]:
    """Write choices as lines, one per reason: `model.units=512 model.dropout=0.4 (29,000 pairs)`."""
    reasons: dict[str, list[str]] = {}
    for key, value, why in choices:
        shown = str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else value
        if isinstance(value, list):
            shown = ",".join(map(str, value))
        reasons.setdefault(why, []).append(f"{key}={shown}")
    return [f"{' '.join(keys)} ({why})" for why, keys in reasons.items()]
