"""Which evaluation was the best so far, and how long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.settings import TrainSettings

if TYPE_CHECKING:
    from zoo.training.state import TrainingState


def record_monitor(state: TrainingState, value: float, more_is_better: bool, settings: TrainSettings) -> bool:
    """Compare an evaluation with the best one, and count evaluations without progress.

    Args:
        state: of the training; updated.
        value: of the monitored metric.
        more_is_better: whether a higher value is better.
        settings: of the training.

    Returns:
        Whether the evaluation is the best so far.
    """
    sign = -1.0 if more_is_better else 1.0
    if state.best is None or sign * value < sign * state.best:
        state.best, state.since_best, state.since_plateau = value, 0, 0
        return True
    state.since_best += 1
    state.since_plateau += 1
    if settings.schedule == "plateau" and state.since_plateau >= settings.schedule_patience:
        state.plateaus, state.since_plateau = state.plateaus + 1, 0
    return False
