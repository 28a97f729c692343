"""Learning rates that differ between layers: frozen and thawed layers, lower rates for lower layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zoo.errors import UsageError
from zoo.training.layer_groups import layer_groups, named_parts

if TYPE_CHECKING:
    import keras

    from zoo.settings import TrainSettings


def freeze(model: keras.Model, settings: TrainSettings) -> None:
    """Make the parts that stay frozen for the whole training untrainable: no gradient is computed for them.

    Args:
        model: built, and without an optimizer.
        settings: of the training.

    Raises:
        UsageError: `train.freeze` names no part of the model, or all of it.
    """
    if not settings.freeze:
        return
    frozen, variables = named_parts(model, settings.freeze, "train.freeze"), model.trainable_variables
    if settings.thaw_after:
        return
    if len(frozen) == len(variables):
        raise UsageError(f"train.freeze={','.join(settings.freeze)} freezes all weights; nothing is left to train")
    for place in frozen:
        variables[place].trainable = False


class LayerRates:
    """The factor on the learning rate of each trainable variable, which depends on the epoch.

    - `train.layer_decay`: the top layer learns at the full rate, each layer below at `layer_decay` of the rate above it
      (discriminative fine-tuning: Howard and Ruder 2018, arXiv:1801.06146).
    - `train.freeze` with `train.thaw_after`: frozen layers have a rate of 0, and the optimizer sees their gradients,
      so that it is ready when they thaw: all of them at once, or with `train.thaw=gradual` one layer at a time from the
      top.

    The factors depend on nothing but the settings and the epoch, so that a resumed training has the same.

    Args:
        model: built, after `freeze`.
        settings: of the training.
    """

    def __init__(self, model: keras.Model, settings: TrainSettings) -> None:
        count = len(model.trainable_variables)
        self._factors = np.ones(count, np.float32)
        self._thaw_at = np.zeros(count, np.float64)  # [variables], in epochs
        thaws = bool(settings.freeze and settings.thaw_after)
        self.differ = thaws or settings.layer_decay != 1.0
        """Whether there may be any difference between the layers."""
        if not self.differ:
            return
        places = {id(variable): place for place, variable in enumerate(model.trainable_variables)}
        groups = [[places[id(one)] for one in group if id(one) in places] for group in layer_groups(model)]
        frozen = named_parts(model, settings.freeze, "train.freeze") if thaws else set()
        stage = 1
        for depth, group in enumerate(reversed(groups)):
            self._factors[group] = settings.layer_decay**depth
            inside = [place for place in group if place in frozen]
            self._thaw_at[inside] = stage * settings.thaw_after
            stage += bool(inside) and settings.thaw == "gradual"

    def apply(self, rate: float, epochs: float) -> float | np.ndarray:
        """Return the learning rate of each variable, float32 [variables]; one number if they are all the same.

        Args:
            rate: of the schedule.
            epochs: passes over the data so far.
        """
        if not self.differ:
            return rate
        rates: np.ndarray = np.where(epochs >= self._thaw_at, self._factors * np.float32(rate), np.float32(0.0))
        return rates
