"""A training whose losses and metrics are written down beforehand, so that the loop can be tested without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import numpy as np

from zoo.settings import TrainSettings
from zoo.training.engines import Cluster
from zoo.training.engines.types import StepResult
from zoo.training.progress import Evaluation, Reporter, SilentReporter
from zoo.training.trainer import Trainer

ROWS = 2


class ScriptedBatches:
    """Batches without content.

    Args:
        number: in an epoch.
    """

    size, varying, fingerprint = ROWS, {}, "scripted"  # type: ignore[var-annotated]

    def __init__(self, number: int) -> None:
        self.steps_per_epoch = number

    def epoch(self, number: int, start: int = 0) -> Iterator[dict[str, np.ndarray]]:
        return ({"weights": np.ones(ROWS, "float32")} for _ in range(start, self.steps_per_epoch))


class ScriptedTopology:
    """Metrics are quotients of sums, as they come.

    Args:
        monitor: the metric that decides.
        more_is_better: about it.
    """

    judging_share = 0.0

    def __init__(self, monitor: str, more_is_better: bool) -> None:
        self.monitor, self.more_is_better = monitor, more_is_better

    def carry(self, model: object, rows: int) -> list[object]:
        return []

    def summarise(self, totals: Mapping[str, tuple[float, float]], data: object) -> dict[str, float]:
        return {name: total / weight for name, (total, weight) in totals.items()}


class ScriptedEngine:
    """Takes steps that do nothing, with the results of a script.

    Args:
        losses: of the training steps.
        evaluations: metrics of one evaluation each.
        after: called with the number of each step that was taken.
    """

    cluster, traces = Cluster(), 0

    def __init__(
        self, losses: Sequence[float], evaluations: Sequence[Mapping[str, float]], after: Callable[[int], None]
    ) -> None:
        self._losses, self._evaluations, self._after, self.step = losses, iter(evaluations), after, 0

    def set_dynamic_axes(self, axes: object) -> None:
        pass

    def local_rows(self, rows: int) -> slice:
        return slice(0, rows)

    def train(self, batches: object, carry: object, rate: float, key: int) -> StepResult:
        self.step += 1
        self._after(self.step)
        loss = self._losses[(self.step - 1) % len(self._losses)]
        return StepResult({"loss": (loss * ROWS, float(ROWS))}, carry, 1.0)

    def evaluate(self, batch: object, carry: object) -> StepResult:
        return StepResult({name: (value, 1.0) for name, value in next(self._evaluations).items()}, carry)

    def averaged(self) -> AbstractContextManager[None]:
        return nullcontext()

    def all_gather(self, carry: object) -> object:
        return carry

    def gather(self) -> dict[str, np.ndarray]:
        return {"model/w": np.full(1, self.step, "float32")}


class Store:
    """Keeps in memory what a training saves.

    Attributes:
        events: what was saved, in order.
        states: of the checkpoints.
        best: steps whose weights were the best.
    """

    def __init__(self, engine: ScriptedEngine) -> None:
        self._engine = engine
        self.events: list[str] = []
        self.states: list[dict[str, Any]] = []
        self.best: list[int] = []

    def save_checkpoint(self, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        self.events.append(f"checkpoint {state['step']}")
        self.states.append(state)

    def save_best(self, model: object) -> None:
        self.best.append(self._engine.step)

    def save_last(self, model: object) -> None:
        self.events.append("last")

    def save_evaluation(self, evaluation: Evaluation) -> None:
        self.events.append(f"evaluation {evaluation.status.step}")


def scripted(
    losses: Sequence[float] = (1.0,),
    evaluations: Sequence[Mapping[str, float]] = (),
    monitor: str = "loss",
    more_is_better: bool = False,
    batches: int = 4,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    report: Reporter | None = None,
    after: Callable[[int], None] = lambda step: None,
    model: keras.Model | None = None,
    **settings: Any,
) -> tuple[Trainer, Store]:
    """Make a trainer of a script, and what it saves to."""
    engine = ScriptedEngine(losses, evaluations, after)
    if model is None:
        model = keras.Sequential()
    store = Store(engine)
    trainer = Trainer(
        engine=engine,  # type: ignore[arg-type]
        topology=ScriptedTopology(monitor, more_is_better),  # type: ignore[arg-type]
        model=model,
        settings=TrainSettings(**{"steps": 0, "epochs": 0, "minutes": 0, "patience": 0, **settings}),
        seed=0,
        training=ScriptedBatches(batches),  # type: ignore[arg-type]
        validation=ScriptedBatches(1) if evaluations else None,  # type: ignore[arg-type]
        store=store,
        callbacks=callbacks,
        report=report or SilentReporter(),
        example=lambda: "",
    )
    return trainer, store
