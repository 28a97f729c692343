"""What a sweep has found: its trials, which settings matter, and how well each value did."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from zoo.runs.lock import RunLock
from zoo.sweeps.space import Value
from zoo.sweeps.sweep import DIVERGED, ERROR, SAME_AS, best_trial, shown

BINS = 4
"""Parts into which the slices divide a range."""


@dataclass(frozen=True)
class TrialSummary:
    """A trial of a sweep.

    Attributes:
        number: of the trial.
        state: done, pruned, diverged, failed, training, or interrupted.
        value: that trials are compared by; None where it has none.
        settings: that vary.
        step: of its last evaluation.
        seconds: of training.
        folder: of its run, or of its runs with several seeds.
        error: why it failed.
        is_best: whether no trial is better.
    """

    number: int
    state: str
    value: float | None
    settings: dict[str, Value]
    step: int
    seconds: float
    folder: Path
    error: str
    is_best: bool

    @property
    def run(self) -> Path:
        """The folder of its run, of the first seed's where there are several."""
        return next(iter(sorted(self.folder.glob("seed-*"))), self.folder)


@dataclass(frozen=True)
class Slice:
    """How the complete trials with one value, or part of a range, of a setting did.

    Attributes:
        setting: its name.
        value: the value, or the part.
        trials: their number.
        best: their best value.
        mean: the mean of their values.
    """

    setting: str
    value: str
    trials: int
    best: float
    mean: float


def describe_trials(study: optuna.Study, folder: Path) -> list[TrialSummary]:
    """Describe all trials, but for those that repeated an earlier one.

    Args:
        study: of the sweep.
        folder: of the sweep.
    """
    best = best_trial(study)
    return [
        _described(trial, folder, best is not None and trial.number == best.number)
        for trial in study.get_trials(deepcopy=False)
        if SAME_AS not in trial.user_attrs
    ]


def ranked(trials: Iterable[TrialSummary], study: optuna.Study) -> list[TrialSummary]:
    """Sort trials: the complete ones first, the best before the others, then as they were made."""
    sign = -1.0 if _maximizes(study) else 1.0
    return sorted(trials, key=lambda each: (each.state != "done", sign * (each.value or 0.0) * (each.state == "done")))


def importance(study: optuna.Study) -> dict[str, float]:
    """Return the share of the differences between trials that each setting explains, the largest first.

    By fANOVA (Hutter et al. 2014), over the settings that all complete trials have; empty where there is too little to
    tell.
    """
    complete = _complete(study)
    if len(complete) < 4 or len({trial.value for trial in complete}) < 2:
        return {}
    try:
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
        return dict(optuna.importance.get_param_importances(study, evaluator=evaluator))
    except (ValueError, RuntimeError):
        return {}


def slices(study: optuna.Study) -> list[Slice]:
    """Say how well each value of each setting did: choices one by one, ranges in four parts."""
    complete = _complete(study)
    names = dict.fromkeys(name for trial in complete for name in trial.params)
    return [part for name in names for part in _slices_of(study, name, complete)]


def _described(trial: FrozenTrial, folder: Path, is_best: bool) -> TrialSummary:
    attrs = trial.user_attrs
    place = folder / "trials" / f"{trial.number:04d}"
    pruned = trial.state == TrialState.PRUNED
    last = trial.intermediate_values[max(trial.intermediate_values)] if trial.intermediate_values else None
    return TrialSummary(
        number=trial.number,
        state=_state(trial, place),
        value=last if pruned else trial.value,
        settings=dict(trial.params),
        step=int(attrs.get("step", 0)),
        seconds=float(attrs.get("seconds", 0.0)),
        folder=place,
        error=str(attrs.get(ERROR, "")),
        is_best=is_best,
    )


def _state(trial: FrozenTrial, folder: Path) -> str:
    if trial.state == TrialState.COMPLETE:
        return "done"
    if trial.state == TrialState.PRUNED:
        return "diverged" if trial.user_attrs.get(DIVERGED) else "pruned"
    if trial.state == TrialState.FAIL:
        return "failed"
    runs = [folder, *folder.glob("seed-*")] if folder.is_dir() else []
    return "training" if any(RunLock(run).holder() for run in runs) else "interrupted"


def _complete(study: optuna.Study) -> list[FrozenTrial]:
    trials = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return [trial for trial in trials if SAME_AS not in trial.user_attrs]


def _maximizes(study: optuna.Study) -> bool:
    return study.direction == optuna.study.StudyDirection.MAXIMIZE


def _slices_of(study: optuna.Study, name: str, complete: Sequence[FrozenTrial]) -> Iterator[Slice]:
    pick = max if _maximizes(study) else min
    having = [trial for trial in complete if name in trial.params]
    distribution = having[0].distributions[name]
    parts: dict[str, list[float]] = {}
    if isinstance(distribution, CategoricalDistribution):
        parts = {shown(choice): [] for choice in distribution.choices if isinstance(choice, (str, int, float))}
        for trial in having:
            parts.setdefault(shown(trial.params[name]), []).append(trial.value or 0.0)
    elif isinstance(distribution, (FloatDistribution, IntDistribution)):
        scale, back = (math.log, math.exp) if distribution.log else (float, float)
        low, high = scale(distribution.low), scale(distribution.high)
        edges = [back(low + (high - low) * place / BINS) for place in range(BINS + 1)]
        labels = [f"{shown(edges[place])}..{shown(edges[place + 1])}" for place in range(BINS)]
        parts = {label: [] for label in labels}
        for trial in having:
            place = int((scale(trial.params[name]) - low) / (high - low) * BINS)
            parts[labels[min(BINS - 1, max(0, place))]].append(trial.value or 0.0)
    for label, values in parts.items():
        if values:
            yield Slice(name, label, len(values), pick(values), fmean(values))
