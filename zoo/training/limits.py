"""How far a training has come, and whether it has reached a limit."""

from __future__ import annotations

from zoo.settings import TrainSettings
from zoo.training.schedules import ScheduleState
from zoo.training.state import TrainingState
from zoo.training.stop_reason import StopReason


class Limits:
    """The limits of a training: steps, epochs, minutes, patience.

    Args:
        settings: of the training; a limit of 0 is none.
        steps_per_epoch: batches of an epoch.
    """

    def __init__(self, settings: TrainSettings, steps_per_epoch: int) -> None:
        self._settings, self._steps_per_epoch = settings, max(1, steps_per_epoch)

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
        if settings.minutes:
            shares.append(state.elapsed / (settings.minutes * 60))
        return min(1.0, max(shares))

    def schedule_state(self, state: TrainingState) -> ScheduleState:
        """Return what the learning rate depends on."""
        return ScheduleState(state.step, self.epochs(state), self.progress(state), state.plateaus)

    def reached(self, state: TrainingState) -> StopReason | None:
        """Return the first limit that is reached, if any."""
        settings = self._settings
        if 0 < settings.steps <= state.step:
            return StopReason.STEPS
        if 0 < settings.epochs <= self.epochs(state):
            return StopReason.EPOCHS
        if 0 < settings.minutes * 60 <= state.elapsed:
            return StopReason.MINUTES
        if 0 < settings.patience <= state.since_best:
            return StopReason.PATIENCE
        return None
