"""How far a training has come, whether it has reached a limit, and when it is to be evaluated."""

from __future__ import annotations

from zoo.settings import TrainSettings
from zoo.training.schedules import ScheduleState
from zoo.training.state import TrainingState
from zoo.training.stop_reason import StopReason

EVALUATIONS = 20
"""Evaluations in `train.minutes`, where no number of steps between them is set."""
EVALUATION_SHARE = 0.1
"""Most of `train.minutes` that those evaluations take."""


class Limits:
    """The limits of a training: steps, epochs, minutes, patience.

    `train.minutes` holds for everything, so that the training ends early enough for the last evaluation.

    Args:
        settings: of the training; a limit of 0 is none.
        steps_per_epoch: batches of an epoch.
        judging_share: share of `train.minutes` that is kept for answering the test split.
    """

    def __init__(self, settings: TrainSettings, steps_per_epoch: int, judging_share: float = 0.0) -> None:
        self._settings, self._steps_per_epoch = settings, max(1, steps_per_epoch)
        self._training_seconds = settings.minutes * 60 * (1 - judging_share)

    def epochs(self, state: TrainingState) -> float:
        """Return the passes over the data so far, including the fraction of the present one."""
        return state.epoch + state.batch / self._steps_per_epoch

    def progress(self, state: TrainingState) -> float:
        """Return the share of the training that is done, by the nearest limit, 0 to 1; 0 without a limit."""
        settings = self._settings
        shares = [0.0]
        if settings.steps:
            shares.append(state.step / settings.steps)
        if settings.epochs:
            shares.append(self.epochs(state) / settings.epochs)
        if settings.minutes and state.step:
            available = self._training_seconds - state.evaluation_seconds - state.startup_seconds
            done = state.elapsed - state.startup_seconds
            shares.append(done / available if available > 0 else 1.0)
        return min(1.0, max(shares))

    def schedule_state(self, state: TrainingState) -> ScheduleState:
        """Return what the learning rate depends on."""
        return ScheduleState(state.step, self.epochs(state), self.progress(state), state.plateaus)

    def reached(self, state: TrainingState) -> StopReason | None:
        """Return the first limit that is reached, if any; no clock ends a training before its first step."""
        settings = self._settings
        if 0 < settings.steps <= state.step:
            return StopReason.STEPS
        if 0 < settings.epochs <= self.epochs(state):
            return StopReason.EPOCHS
        if settings.minutes and state.step and self._training_seconds <= state.elapsed + state.evaluation_seconds:
            return StopReason.MINUTES
        if 0 < settings.patience <= state.since_best:
            return StopReason.PATIENCE
        return None

    def evaluation_is_due(self, state: TrainingState) -> bool:
        """Whether the steps, or the minutes, since the last evaluation are enough for another."""
        settings = self._settings
        if state.evaluated == state.step:
            return False
        if settings.evaluate_every:
            return state.step % settings.evaluate_every == 0
        if not settings.minutes or not state.startup_seconds:
            return False
        interval = max(settings.minutes * 60 / EVALUATIONS, state.evaluation_seconds / EVALUATION_SHARE)
        return state.elapsed - max(state.evaluated_at, state.startup_seconds) >= interval

    def remaining(self, state: TrainingState, seconds_per_step: float) -> float:
        """Estimate the seconds to go until the nearest limit, evaluations included; 0 for unknown.

        Args:
            state: of the training.
            seconds_per_step: as measured.
        """
        settings, times = self._settings, []
        steps = []
        if settings.steps:
            steps.append(settings.steps - state.step)
        if settings.epochs:
            steps.append(round((settings.epochs - self.epochs(state)) * self._steps_per_epoch))
        if steps and seconds_per_step:
            left = max(0, min(steps))
            every = settings.evaluate_every or self._steps_per_epoch
            times.append(left * seconds_per_step + -(-left // every) * state.evaluation_seconds)
        if settings.minutes:
            times.append(max(0.0, settings.minutes * 60 - state.elapsed))
        return min(times, default=0.0)
