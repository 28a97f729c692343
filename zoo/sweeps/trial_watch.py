"""What a sweep does while a trial trains: notes its evaluations, ends it early, pauses it."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from zoo.sweeps.pruning import ends_early

if TYPE_CHECKING:
    import keras
    from optuna import Study
    from optuna.pruners import BasePruner
    from optuna.trial import FrozenTrial, Trial

PRUNED = "pruned"
"""The attribute of a trial that says after which evaluation it was ended."""


class SweepPausedError(Exception):
    """The time of the sweep is over; the run is saved, and can be resumed."""


class TrialWatch:
    """Follows the training of a trial.

    Args:
        study: of the sweep.
        trial: that trains.
        pruner: decides which trials end early.
        monitor: the validation metric that is compared.
        evaluations: that its run has made before.
        reports: whether this training's evaluations count; of several seeds, only those of the first do.
        deadline: when to pause, by `time.monotonic`; None for never.
    """

    def __init__(
        self,
        study: Study,
        trial: Trial,
        pruner: BasePruner,
        monitor: str,
        evaluations: int,
        reports: bool,
        deadline: float | None,
    ) -> None:
        self._study, self._trial, self._pruner, self._monitor = study, trial, pruner, monitor
        self._evaluations, self._reports, self._deadline = evaluations, reports, deadline
        self._callback: keras.callbacks.Callback | None = None

    @property
    def is_pruned(self) -> bool:
        """Whether the trial was ended early."""
        return PRUNED in self._trial.user_attrs

    @property
    def callback(self) -> keras.callbacks.Callback:
        """The Keras callback that follows the training."""
        import keras

        if self._callback is None:
            self._callback = keras.callbacks.LambdaCallback(
                on_train_begin=lambda logs=None: self._begin(),
                on_train_batch_end=lambda batch, logs=None: self._pause_if_due(),
                on_test_end=lambda logs=None: self._evaluated(logs or {}),
            )
        return self._callback

    def _begin(self) -> None:
        """Stop at once where the trial was killed between the decision to end it and its end."""
        if self._reports and self._evaluations:
            self._end_if_decided()

    def _pause_if_due(self) -> None:
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise SweepPausedError

    def _evaluated(self, metrics: Mapping[str, float]) -> None:
        value = metrics.get(self._monitor)
        if value is None or not self._reports:
            return
        self._evaluations += 1
        if self._evaluations not in self._stored.intermediate_values:
            self._trial.report(value if math.isfinite(value) else math.nan, self._evaluations)
        self._end_if_decided()

    @property
    def _stored(self) -> FrozenTrial:
        return self._study.trials[self._trial.number]

    def _end_if_decided(self) -> None:
        decided = self._trial.user_attrs.get(PRUNED)
        if decided is None and ends_early(self._study, self._pruner, self._stored, self._evaluations):
            decided = self._evaluations
            self._trial.set_user_attr(PRUNED, decided)
        if decided is not None and decided <= self._evaluations and self._callback is not None:
            self._callback.model.stop_training = True
