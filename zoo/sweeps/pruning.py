"""Which trials end early: decided by reported values alone, so that a killed trial decides again as it did."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING

from optuna.pruners import BasePruner, MedianPruner, NopPruner
from optuna.study import StudyDirection

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

REDUCTION = 3
"""One trial in so many goes on from each rung of successive halving."""
FEWEST_TRIALS = 5
"""Trials that must be complete before there is a median to compare with."""


class HalvingPruner(BasePruner):
    """Asynchronous successive halving (Li et al. 2020, arXiv:1810.05934) over the numbers of evaluations.

    At evaluations `first`, `3 first`, `9 first`, ... a trial goes on if it is among the best third of those that came
    as far. Optuna's own pruner also notes in each trial which rungs it has passed, and would let a trial pass that was
    killed just after its end had been decided.

    Args:
        first: the evaluation at which trials are first compared, from 1.
    """

    def __init__(self, first: int = 1) -> None:
        self._first = max(1, first)

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        """Say whether the trial ends at its last reported evaluation."""
        number = trial.last_step
        if number is None or not self._is_rung(number):
            return False
        value = trial.intermediate_values[number]
        if math.isnan(value):
            return True
        sign = -1.0 if study.direction == StudyDirection.MAXIMIZE else 1.0
        others = [
            sign * other.intermediate_values[number]
            for other in study.get_trials(deepcopy=False)
            if other.number != trial.number and number in other.intermediate_values
        ]
        better = sum(other < sign * value for other in others)
        return better >= max(1, (len(others) + 1) // REDUCTION)

    def _is_rung(self, number: int) -> bool:
        rung = self._first
        while rung < number:
            rung *= REDUCTION
        return rung == number


def make_pruner(kind: str, warmup: int) -> BasePruner:
    """Make the pruner of a sweep.

    Args:
        kind: median, halving or none.
        warmup: evaluations before a trial can end early.
    """
    if kind == "halving":
        return HalvingPruner(warmup + 1)
    return MedianPruner(FEWEST_TRIALS, warmup + 1) if kind == "median" else NopPruner()


def ends_early(study: Study, pruner: BasePruner, trial: FrozenTrial, evaluation: int) -> bool:
    """Decide whether a trial ends after an evaluation.

    Args:
        study: with all trials.
        pruner: decides.
        trial: as stored; it may have come further before it was killed.
        evaluation: number of the evaluation, from 1.
    """
    seen = copy.copy(trial)
    seen.intermediate_values = {
        number: value for number, value in trial.intermediate_values.items() if number <= evaluation
    }
    return pruner.prune(study, seen)
