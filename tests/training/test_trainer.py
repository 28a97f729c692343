"""The loop: which evaluation is the best, what callbacks are told, and that saving comes before telling."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Mapping

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from tests.training.scripted import scripted
from zoo.errors import ZooError
from zoo.training.progress import Evaluation, SafeReporter, SilentReporter, TrainingStatus
from zoo.training.stop_reason import StopReason

VALUES = st.sampled_from([0.0, 0.5, 1.0, math.nan])
LOSSES = st.sampled_from([0.01, 0.1, 1.0, math.nan])


@tried(40)
@given(st.lists(st.tuples(VALUES, LOSSES), min_size=1, max_size=8), st.booleans())
def test_the_best_has_the_best_monitor_and_among_equals_the_lowest_loss(
    evaluations: list[tuple[float, float]], more_is_better: bool
):
    script = [{"accuracy": value, "loss": loss} for value, loss in evaluations]
    trainer, store = scripted(
        evaluations=script, monitor="accuracy", more_is_better=more_is_better, steps=len(script), evaluate_every=1
    )
    trainer.train()

    def rank(evaluation: tuple[float, float]) -> tuple[float, float]:
        value, loss = evaluation
        value = -value if more_is_better else value
        return (value if math.isfinite(value) else math.inf, loss if math.isfinite(loss) else math.inf)

    ranks = [rank(evaluation) for evaluation in evaluations]
    # A later one is better only if it is strictly better.
    assert store.best[-1] == ranks.index(min(ranks)) + 1
    assert trainer.state.since_best == len(ranks) - store.best[-1]


def test_patience_waits_while_the_loss_falls_behind_a_saturated_monitor():
    script = [{"accuracy": 1.0, "loss": loss} for loss in (1.0, 0.5, 0.25, 0.1, 0.1, 0.1, 0.1)]
    trainer, store = scripted(evaluations=script, monitor="accuracy", more_is_better=True, evaluate_every=1, patience=2)
    assert trainer.train() is StopReason.PATIENCE
    assert (store.best, trainer.state.step) == ([1, 2, 3, 4], 6)


class Epochs(keras.callbacks.Callback):
    """Notes what the ends of epochs are told."""

    def __init__(self) -> None:
        super().__init__()
        self.logs: list[dict[str, float]] = []

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        assert logs is not None
        self.logs.append(dict(logs))


@pytest.mark.parametrize("evaluate_every", [0, 3, 2])
def test_the_end_of_an_epoch_tells_means_over_the_epoch(evaluate_every: int):
    noted = Epochs()
    script = [{"loss": float(number)} for number in range(20)]
    losses = [1.0, 2.0, 3.0, 6.0, 0.0, 0.0, 0.0, 8.0]
    trainer, _ = scripted(losses, script, callbacks=[noted], epochs=2, evaluate_every=evaluate_every)
    trainer.train()
    assert [logs["loss"] for logs in noted.logs] == [3.0, 2.0]
    last = {0: [0.0, 1.0], 3: [0.0, 2.0], 2: [1.0, 3.0]}[evaluate_every]
    assert [logs["val_loss"] for logs in noted.logs] == last


def test_an_epoch_that_is_resumed_in_the_middle_tells_the_mean_over_all_of_it():
    noted = Epochs()
    losses = [1.0, 2.0, 3.0, 6.0]
    first, store = scripted(losses, callbacks=[Epochs()], steps=2)
    first.train()
    second, _ = scripted(losses[2:], callbacks=[noted], epochs=1)
    second.engine.restore = lambda arrays: None  # type: ignore[method-assign, misc]
    second.resume({}, store.states[-1])
    second.train()
    assert [logs["loss"] for logs in noted.logs] == [3.0]


class Broken:
    """A reporter whose stream is gone, and that notes what was saved when it was told of an evaluation."""

    def __init__(self, error: Exception) -> None:
        self.error, self.calls = error, 0

    def begin(self, lines: list[str]) -> None:
        raise self.error

    def step(self, status: TrainingStatus) -> None:
        self.calls += 1
        raise self.error

    def evaluation(self, evaluation: Evaluation) -> None:
        self.calls += 1
        raise self.error

    def end(self, line: str) -> None:
        raise self.error


@pytest.mark.parametrize(
    "error", [BrokenPipeError(), OSError(5, "EIO"), OSError(28, "ENOSPC"), ValueError("I/O operation on closed file")]
)
def test_a_training_that_nobody_can_see_goes_on(error: Exception):
    broken = Broken(error)
    report = SafeReporter(broken)
    trainer, store = scripted(evaluations=[{"loss": 1.0}] * 3, report=report, steps=3, evaluate_every=1)
    report.begin(["data"])
    assert trainer.train() is StopReason.STEPS
    report.end("done")
    assert store.states[-1]["step"] == 3 and broken.calls >= 3


@pytest.mark.parametrize("evaluate_every", [0, 1, 2])
def test_what_is_reported_is_saved(evaluate_every: int):
    events: list[str] = []

    class Noting(SilentReporter):
        def evaluation(self, evaluation: Evaluation) -> None:
            events.append(f"told {evaluation.status.step}")

    trainer, store = scripted(
        evaluations=[{"loss": 1.0}] * 9, report=Noting(), epochs=2, batches=3, evaluate_every=evaluate_every
    )
    store.events = events
    trainer.train()
    told = [event for event in events if event.startswith("told")]
    assert told
    for event in told:
        before = events[: events.index(event)]
        step = event.split()[1]
        assert f"checkpoint {step}" in before and f"evaluation {step}" in before


@pytest.mark.parametrize("event", ["on_train_batch_end", "on_epoch_end", "on_test_end", "on_train_batch_begin"])
def test_what_was_reached_is_saved_when_a_callback_fails(event: str):
    class Printing(keras.callbacks.Callback):
        pass

    def fail(self: Printing, *arguments: object, **logs: object) -> None:
        if trainer.state.step >= 3:
            raise BrokenPipeError

    setattr(Printing, event, fail)
    trainer, store = scripted(evaluations=[{"loss": 1.0}] * 9, callbacks=[Printing()], steps=20)
    with pytest.raises(BrokenPipeError):
        trainer.train()
    assert store.states[-1]["step"] == trainer.state.step >= 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_stops(number: int):
    def interrupt(step: int) -> None:
        if step == 5:
            os.kill(os.getpid(), number)
            if number == signal.SIGHUP:
                os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    trainer, store = scripted(after=interrupt, steps=20)
    assert trainer.train() is StopReason.INTERRUPTED
    assert (trainer.interrupted, store.states[-1]["step"]) == (number, 5)
    assert signal.getsignal(number) is before


def test_a_hangup_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        trainer, _ = scripted(after=lambda step: os.kill(os.getpid(), signal.SIGHUP), steps=3)
        assert trainer.train() is StopReason.STEPS
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_weights_that_are_not_finite_are_neither_evaluated_nor_saved(value: float):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, name="d")], name="m")

    def damage(step: int) -> None:
        if step == 4:
            model.trainable_variables[1].assign(np.full(1, value))

    trainer, store = scripted(evaluations=[{"loss": 1.0}] * 9, model=model, after=damage, steps=4, evaluate_every=2)
    message = r"^step 4: the weights 'm/d/bias' are not finite; the checkpoint of step 2 is intact; lower train\.l"
    with pytest.raises(ZooError, match=message):
        trainer.train()
    assert (store.states[-1]["step"], store.best) == (2, [2])
