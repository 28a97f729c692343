"""The course of the learning rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

from zoo.settings import TrainSettings


@dataclass
class ScheduleState:
    """Where a training stands.

    Attributes:
        step: optimiser steps taken.
        epoch: passes over the training data, with the fraction of the present one.
        progress: share of the whole training that is done, from 0 to 1; 0 where no end is set.
        plateaus: how often the learning rate has been lowered for want of progress.
    """

    step: int
    epoch: float
    progress: float
    plateaus: int = 0


def learning_rate(settings: TrainSettings, moment: ScheduleState) -> float:
    """Give the learning rate of a step.

    - `constant`: always the same.
    - `cosine`: half a cosine from the full rate to `final` of it at the end (Loshchilov and Hutter 2017,
      arXiv:1608.03983).
    - `inverse_sqrt`: falls with the square root of the step after the warm-up (Vaswani et al. 2017, arXiv:1706.03762).
    - `exponential`: times `decay` for each epoch after `decay_after`, as in char-rnn.
    - `plateau`: times `decay` whenever `schedule_patience` evaluations brought no progress.

    All but the last rise linearly from 0 over `warmup` steps; so does `plateau`.

    Args:
        settings: of the training.
        moment: where it stands.

    Returns:
        The learning rate.
    """
    warm = min(1.0, (moment.step + 1) / settings.warmup) if settings.warmup else 1.0
    return settings.learning_rate * warm * _factor(settings, moment)


def _factor(settings: TrainSettings, moment: ScheduleState) -> float:
    if settings.schedule == "cosine":
        half = 0.5 * (1.0 + math.cos(math.pi * min(1.0, moment.progress)))
        return settings.final + (1.0 - settings.final) * half
    if settings.schedule == "inverse_sqrt":
        peak = max(1, settings.warmup)
        return math.sqrt(peak / max(peak, moment.step + 1))
    if settings.schedule == "exponential":
        return settings.decay ** max(0, math.floor(moment.epoch) - settings.decay_after + 1)
    if settings.schedule == "plateau":
        return settings.decay**moment.plateaus
    return 1.0
