"""Which evaluation was the best so far, and how long ago."""

from __future__ import annotations

import math

from zoo.settings import TrainSettings
from zoo.training.state import TrainingState


def record_monitor(
    state: TrainingState, value: float, loss: float, more_is_better: bool, settings: TrainSettings
) -> bool:
    """Compare an evaluation with the best one, and count evaluations without progress.

    A metric such as accuracy saturates; between equal values the loss decides. A value that is not finite is never
    better than one that is.

    Args:
        state: of the training; updated.
        value: of the monitored metric.
        loss: of the same evaluation.
        more_is_better: whether a higher value is better.
        settings: of the training.

    Returns:
        Whether the evaluation is the best so far.
    """
    if state.best is None or _rank(value, loss, more_is_better) < _rank(state.best, state.best_loss, more_is_better):
        state.best, state.best_loss, state.since_best, state.since_plateau = value, loss, 0, 0
        return True
    state.since_best += 1
    state.since_plateau += 1
    if settings.schedule == "plateau" and state.since_plateau >= settings.schedule_patience:
        state.plateaus, state.since_plateau = state.plateaus + 1, 0
    return False


def _rank(value: float, loss: float | None, more_is_better: bool) -> tuple[float, float]:
    """Return a sort key: the better the evaluation, the smaller."""
    return _finite(-value if more_is_better else value), math.inf if loss is None else _finite(loss)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.inf
