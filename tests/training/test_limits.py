"""`train.minutes` holds for everything: start-up, steps, evaluations. The estimate of the time to go is honest."""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.scripted import scripted
from zoo.settings import TrainSettings
from zoo.training.limits import EVALUATIONS, Limits
from zoo.training.progress import TextReporter, TrainingStatus
from zoo.training.schedules import ScheduleState, learning_rate
from zoo.training.state import TrainingState
from zoo.training.stop_reason import StopReason


def simulate(
    settings: TrainSettings, startup: float, step: float, evaluation: float, judging: float = 0.0
) -> tuple[TrainingState, int]:
    """Train by an imagined clock, in seconds; returns the end, and the number of evaluations."""
    limits, state, evaluations = Limits(settings, 100, judging), TrainingState(elapsed=startup), 0

    def evaluate() -> None:
        state.elapsed += evaluation
        state.evaluation_seconds, state.evaluated_at, state.evaluated = evaluation, state.elapsed, state.step

    while limits.reached(state) is None:
        state.step, state.batch, state.elapsed = state.step + 1, state.batch + 1, state.elapsed + step
        state.startup_seconds = state.startup_seconds or state.elapsed
        if limits.evaluation_is_due(state):
            evaluate()
            evaluations += 1
    if state.evaluated != state.step:
        evaluate()
        evaluations += 1
    return state, evaluations


@hypothesis.settings(deadline=None, max_examples=60)
@given(
    minutes=st.floats(0.5, 20),
    startup=st.floats(0, 0.2),
    step=st.floats(1e-3, 0.02),
    evaluation=st.floats(0, 0.04),
    judging=st.floats(0, 0.1),
)
def test_minutes_cap_start_up_steps_and_evaluations(minutes, startup, step, evaluation, judging):
    """All else is given as shares of the minutes; `judging` of them are left for answering the test split."""
    cap = 60 * minutes
    settings = TrainSettings(minutes=minutes)
    state, evaluations = simulate(settings, startup * cap, step * cap, evaluation * cap, judging)
    assert state.elapsed <= cap * (1 + step - judging) * 1.0001
    assert state.elapsed >= cap * (1 - judging - 2 * step - 2 * evaluation) * 0.9999
    assert evaluations * evaluation <= 0.1 + 2 * evaluation
    assert 1 <= evaluations <= EVALUATIONS + 1


def test_a_start_up_longer_than_the_minutes_leaves_one_step() -> None:
    state, evaluations = simulate(TrainSettings(minutes=1), 90, 1, 1)
    assert (state.step, evaluations) == (1, 1)


def test_a_long_start_up_is_followed_by_no_evaluation() -> None:
    limits = Limits(TrainSettings(minutes=1), 10)
    assert not limits.evaluation_is_due(TrainingState(step=1, elapsed=30))
    assert not limits.evaluation_is_due(TrainingState(step=1, elapsed=30, startup_seconds=30))
    assert limits.evaluation_is_due(TrainingState(step=9, elapsed=34, startup_seconds=30))


def test_a_training_ends_by_the_clock_with_an_evaluation() -> None:
    trainer, store = scripted(evaluations=[{"loss": 1.0}] * 1000, minutes=1e-6)
    assert trainer.train() is StopReason.MINUTES
    assert store.events[-1] == "last" and "evaluation 1" in store.events


def test_the_schedule_runs_from_the_first_step_to_the_last_evaluation() -> None:
    limits = Limits(TrainSettings(minutes=1), 10)
    state = TrainingState(step=1, elapsed=20, startup_seconds=20, evaluation_seconds=10)
    assert limits.progress(state) == 0
    state.elapsed = 35
    assert limits.progress(state) == pytest.approx(0.5)
    state.elapsed = 50
    assert limits.progress(state) == 1 and limits.reached(state) is StopReason.MINUTES


@given(progress=st.floats(0, 1), step=st.integers(0, 100), warmup=st.integers(0, 10_000))
def test_the_warm_up_takes_a_tenth_of_the_minutes_at_most(progress, step, warmup):
    rate = learning_rate(TrainSettings(minutes=1, warmup=warmup, learning_rate=1.0), ScheduleState(step, 0.0, progress))
    assert rate == 1 if progress >= 0.1 or step >= warmup else rate >= max(10 * progress, step / warmup) - 1e-9


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ({"steps": 50}, 40 * 2 + 4 * 5),  # 40 steps of 2 s, 4 evaluations of 5 s
        ({"steps": 50, "minutes": 1}, 30),
        ({"epochs": 1.0}, 90 * 2 + 9 * 5),
        ({}, 0),
    ],
)
def test_the_time_to_go_includes_evaluations(settings, seconds):
    limits = Limits(TrainSettings(evaluate_every=10, **settings), 100)
    state = TrainingState(step=10, batch=10, elapsed=30, evaluation_seconds=5)
    assert limits.remaining(state, 2.0) == pytest.approx(seconds)


def test_a_log_says_once_how_long_it_will_take(capsys) -> None:
    reporter = TextReporter()
    for step in range(200):
        reporter.step(
            TrainingStatus(
                step=step, steps=0, epoch=0, loss=1, learning_rate=1, tokens_per_second=1, padding=0, waiting=0,
                elapsed=9, remaining=1500,
            )
        )  # fmt: skip
    assert capsys.readouterr().err == "about 25 minutes to go at most; Ctrl-C keeps the best so far\n"
