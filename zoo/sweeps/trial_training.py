"""Trains a trial: a new run for each seed, or the rest of a run that was killed."""

from __future__ import annotations

import gc
import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from zoo.errors import ZooError
from zoo.files import reason
from zoo.plugins.local_file import is_path
from zoo.runs.folder import RunFolder
from zoo.runs.listing import RunSummary, describe_run
from zoo.runs.loaded_run import load
from zoo.runs.new_run import run as new_run
from zoo.runs.run import Run
from zoo.sweeps.trial_watch import TrialWatch
from zoo.training.checkpoint import load_checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optuna import Study
    from optuna.pruners import BasePruner
    from optuna.trial import Trial

    from zoo.sweeps.space import Value
    from zoo.task import Task


@dataclass(frozen=True)
class TrialPlan:
    """What all trials of a sweep share.

    Attributes:
        folder: of the sweep.
        task: its name, the path of its file, or the class itself.
        settings: as `key=value`.
        seed: of the first training of each trial.
        seeds: trainings of each trial.
        monitor: the validation metric that is compared.
        pruner: decides which trials end early.
        deadline: when to pause, by `time.monotonic`; None for never.
    """

    folder: Path
    task: str | type[Task]
    settings: Sequence[str]
    seed: int
    seeds: int
    monitor: str
    pruner: BasePruner
    deadline: float | None

    def run_folders(self, number: int) -> list[Path]:
        """Return the folders of a trial's runs, one for each seed.

        Args:
            number: of the trial.
        """
        folder = self.folder / "trials" / f"{number:04d}"
        return [folder] if self.seeds == 1 else [folder / f"seed-{self.seed + index}" for index in range(self.seeds)]


@dataclass(frozen=True)
class TrialResult:
    """How a trial ended.

    Attributes:
        value: mean of the best values over the seeds; None where it ended early.
        values: the best value of each seed.
        step: of the last evaluation, of the last seed.
        seconds: of training, of all seeds.
        interrupted: number of the signal that ended the training, or 0; it can be resumed.
    """

    value: float | None = None
    values: tuple[float, ...] = ()
    step: int = 0
    seconds: float = 0.0
    interrupted: int = 0


def train_trial(study: Study, trial: Trial, plan: TrialPlan, values: Mapping[str, Value]) -> TrialResult:
    """Train a trial, or what is left of it after a kill.

    Args:
        study: of the sweep.
        trial: that this process holds.
        plan: of the sweep.
        values: the trial's settings.

    Raises:
        ZooError: a training failed.
        KeyboardInterrupt: Ctrl-C; the run is saved.
        SweepPausedError: the time is over; the run is saved.
    """
    results: list[RunSummary] = []
    for index, folder in enumerate(plan.run_folders(trial.number)):
        watch = TrialWatch(study, trial, plan.pruner, plan.monitor, _evaluations(folder), index == 0, plan.deadline)
        if not _has_ended(folder):
            trained = _train(folder, plan, plan.seed + index, values, watch)
            interrupted = trained.interrupted
            del trained
            gc.collect()  # models lie in circles of references, and hold memory that the next training needs
            if interrupted:
                return TrialResult(interrupted=interrupted)
        summary = describe_run(folder)
        results.append(summary)
        if watch.is_pruned:
            break
        if summary.best is None:
            raise ZooError(summary.problem or f"the data has no validation split to compare trials by {plan.monitor}")
    found = tuple(each.best for each in results if each.best is not None)
    return TrialResult(
        value=None if watch.is_pruned else fmean(found),
        values=found,
        step=results[-1].step,
        seconds=sum(each.seconds for each in results),
    )


def checkpoint_step(folder: Path) -> int:
    """Return the step of a run's checkpoint; 0 where it has none."""
    checkpoint = RunFolder(folder).checkpoint
    if not checkpoint.exists():
        return 0
    _, state = load_checkpoint(checkpoint)
    return int(state["step"])


def _evaluations(folder: Path) -> int:
    """Count the evaluations of a run that its checkpoint includes; a resumed run repeats the others."""
    step = checkpoint_step(folder)
    return sum(record["step"] <= step for record in RunFolder(folder).read_metrics())


def _has_ended(folder: Path) -> bool:
    return (folder / "run.json").exists() and RunFolder(folder).manifest().ended not in ("", "interrupted")


def _train(folder: Path, plan: TrialPlan, seed: int, values: Mapping[str, Value], watch: TrialWatch) -> Run:
    if (folder / "run.json").exists():
        task = plan.task if not isinstance(plan.task, str) or is_path(plan.task) else ""
        return load(folder, task=task, trust=True).resume(callbacks=[watch.callback])
    try:  # what a process left that was killed while it made the folder
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise ZooError(f"cannot remove {folder}: {reason(error)}") from error
    arguments = [*plan.settings, *(f"{key}={value}" for key, value in values.items())]
    return new_run(plan.task, arguments=[*arguments, f"seed={seed}", f"out={folder}"], callbacks=[watch.callback])
