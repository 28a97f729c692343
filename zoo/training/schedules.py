"""Learning rate schedules."""

from __future__ import annotations

import math
from dataclasses import dataclass

from zoo.settings import TrainSettings

WARMUP_SHARE = 0.1
"""Most of `train.minutes` that the warm-up takes."""


@dataclass
class ScheduleState:
    """The progress of a training that schedules depend on.

    Attributes:
        step: optimiser steps taken.
        epoch: passes over the training data, including the fraction of the present one.
        progress: completed share of the training, 0 to 1; 0 if there is no limit.
        plateaus: how often the learning rate has been lowered for lack of progress.
    """

    step: int
    epoch: float
    progress: float
    plateaus: int = 0


def learning_rate(settings: TrainSettings, state: ScheduleState) -> float:
    """Return the learning rate of a step.

    - `constant`.
    - `cosine`: half a cosine from the full rate to `final` of it at the end (Loshchilov and Hutter 2017,
      arXiv:1608.03983).
    - `inverse_sqrt`: falls with the square root of the step after the warm-up (Vaswani et al. 2017, arXiv:1706.03762).
    - `exponential`: times `decay` for each epoch after `decay_after`, as in char-rnn.
    - `plateau`: times `decay` after each `schedule_patience` evaluations without progress.

    All of them first rise linearly from 0 over `warmup` steps; with `minutes` for a tenth of these at most.

    Args:
        settings: of the training.
        state: of the training.
    """
    warm = min(1.0, (state.step + 1) / settings.warmup) if settings.warmup else 1.0
    if settings.minutes:
        warm = max(warm, min(1.0, state.progress / WARMUP_SHARE))
    return settings.learning_rate * warm * _factor(settings, state)


def _factor(settings: TrainSettings, state: ScheduleState) -> float:
    if settings.schedule == "cosine":
        half = 0.5 * (1.0 + math.cos(math.pi * min(1.0, state.progress)))
        return settings.final + (1.0 - settings.final) * half
    if settings.schedule == "inverse_sqrt":
        peak = max(1, settings.warmup)
        return math.sqrt(peak / max(peak, state.step + 1))
    if settings.schedule == "exponential":
        return math.pow(settings.decay, max(0, math.floor(state.epoch) - settings.decay_after + 1))
    if settings.schedule == "plateau":
        return settings.decay**state.plateaus
    return 1.0
