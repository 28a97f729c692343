"""Make or continue a sweep: `zoo.tune`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import UsageError, ZooError
from zoo.files import expanded, reason
from zoo.plugins import Plugins
from zoo.processor import prefer_onednn
from zoo.runs.component_names import check_names
from zoo.runs.new_run import checked_task, find_task
from zoo.settings import resolve
from zoo.settings.overrides import from_mapping
from zoo.settings.resolve import build, peek
from zoo.sweeps.definition import SweepDefinition, SweepOptions, agree, from_python
from zoo.sweeps.locks import FileLock
from zoo.sweeps.space import Space, parse_space
from zoo.training.engines.engine_choice import choose_engine

if TYPE_CHECKING:
    import optuna

    from zoo.settings import Settings
    from zoo.task import Task

SWEEPS = Path("sweeps")


@dataclass(frozen=True)
class SweepOutcome:
    """How the part of a sweep that this command made has ended.

    Attributes:
        folder: of the sweep.
        study: with all trials.
        interrupted: number of the signal that ended it, or 0.
    """

    folder: Path
    study: optuna.Study
    interrupted: int


@dataclass(frozen=True)
class _Goal:
    """A task's metric that decides which run is best, and the space to search."""

    monitor: str
    more_is_better: bool
    space: Space


def tune(
    task: str | os.PathLike[str] | type[Task],
    *,
    over: Mapping[str, object],
    out: str | os.PathLike[str] = "",
    trials: int = 20,
    workers: int = 1,
    minutes: float = 0.0,
    seeds: int = 1,
    sampler: str = "tpe",
    prune: str = "median",
    warmup: int = 1,
    report: Callable[[str], None] | None = None,
    **settings: object,
) -> optuna.Study:
    """Search for the best settings of a task; the same call goes on after any interruption.

    Args:
        task: a task's name, the path of a file with one, or the class itself.
        over: setting -> a sequence of choices, or a text as on the command line: `64,128`, `1e-4..1e-2:log`,
            `64..512:step=64`, `0..0.99 if train.optimizer=sgd`.
        out: the sweep's folder; by default `sweeps/TASK`.
        trials: how many to make, with those of other processes.
        workers: processes that train side by side and share the cores; with 1, this process trains.
        minutes: pause after this time; 0 for no limit.
        seeds: train each trial with this many seeds; its value is their mean.
        sampler: tpe, random or grid.
        prune: which trials end early: median, halving or none.
        warmup: evaluations before a trial can end early.
        report: receives a line for each thing that happens.
        **settings: that all trials share, as for `zoo.run`.

    Returns:
        The Optuna study. Trial number n is the run in `OUT/trials/n`, with four digits.

    Raises:
        UsageError: an unknown setting, a wrong value, or another sweep in the folder.
        ZooError: Optuna is not installed, or the first trials all failed.
        KeyboardInterrupt: Ctrl-C was pressed; the trials so far are saved.
    """
    given: dict[str, object] = {
        "out": str(out),
        "trials": trials,
        "workers": workers,
        "minutes": minutes,
        "seeds": seeds,
        "sampler": sampler,
        "prune": prune,
        "warmup": warmup,
    }
    options = build(SweepOptions, from_mapping(given), " of zoo.tune")
    found = checked_task(task)
    if isinstance(found, type) and workers > 1:
        raise UsageError("workers needs a task's name or file, because other processes cannot find a class")
    definition = from_python(found if isinstance(found, str) else found.__name__, over, options, settings)
    return run_sweep(definition, options, report or (lambda line: None), task=found).study


def run_sweep(
    definition: SweepDefinition,
    options: SweepOptions,
    report: Callable[[str], None],
    *,
    task: str | type[Task] = "",
    worker: str = "",
) -> SweepOutcome:
    """Make a sweep, continue it, or join those who make it.

    Args:
        definition: of the sweep.
        options: of this command.
        report: receives a line for each thing that happens.
        task: its class, if it has no name.
        worker: which worker of another command this process is, as `0/2`.

    Returns:
        The study, and what interrupted it.

    Raises:
        UsageError: a wrong setting, or another sweep in the folder.
        ZooError: Optuna is not installed, or the first trials all failed.
        KeyboardInterrupt: Ctrl-C was pressed; the trials so far are saved.
    """
    began = time.monotonic()
    check_optuna()
    if worker:
        take_cores(worker)
    goal = _goal(definition, task or definition.task)
    folder = expanded(options.out) if options.out else SWEEPS / Path(definition.task).stem
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".locks" / "turn").held():
            agree(folder, definition)
    except OSError as error:
        raise ZooError(f"cannot write to {folder}: {reason(error)}") from error
    from zoo.sweeps.pruning import make_pruner
    from zoo.sweeps.sampling import make_sampler
    from zoo.sweeps.storage import open_study, quiet
    from zoo.sweeps.sweep import SweepWorker
    from zoo.sweeps.trial_training import TrialPlan
    from zoo.sweeps.workers import run_workers

    deadline = began + options.minutes * 60 if options.minutes else None
    sampler = make_sampler(definition.sampler, goal.space, definition.seed)
    with FileLock(folder / ".locks" / "turn").held():
        study = open_study(folder, goal.more_is_better, sampler)
    if options.workers > 1 and not worker:
        interrupted = run_workers(folder, options.workers, options.trials, deadline, report)
        return SweepOutcome(folder, study, interrupted)
    plan = TrialPlan(
        folder=folder,
        task=task or definition.task,
        settings=definition.settings,
        seed=definition.seed,
        seeds=definition.seeds,
        monitor=goal.monitor,
        pruner=make_pruner(definition.prune, definition.warmup),
        deadline=deadline,
    )
    with quiet():
        return SweepOutcome(folder, study, SweepWorker(study, goal.space, plan, options.trials, report).work())


def check_optuna() -> None:
    """Refuse to go on without Optuna.

    Raises:
        ZooError: it is not installed.
    """
    from importlib.util import find_spec

    if find_spec("optuna") is None:
        raise ZooError("zoo tune needs Optuna: pip install 'seqzoo[tune]'")


def take_cores(worker: str) -> None:
    """Give this process its share of the cores, before anything counts them.

    Args:
        worker: its number and how many there are, as `0/2`.
    """
    index, _, count = worker.partition("/")
    if hasattr(os, "sched_getaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        share = max(1, len(cores) // int(count))
        begin = int(index) * share % len(cores)
        with suppress(OSError):
            os.sched_setaffinity(0, cores[begin : begin + share])


def _goal(definition: SweepDefinition, task: str | type[Task]) -> _Goal:
    """Load the task, and check the space and the settings that all trials share.

    Raises:
        UsageError: one of them is wrong.
    """
    settings = definition.settings
    if peek(settings, "device", "device.kind") == "workers":
        raise UsageError("device=workers: a sweep trains each trial in one process; use workers= instead")
    choose_engine(peek(settings, "engine") or "auto", peek(settings, "device", "device.kind") or "auto", load=False)
    prefer_onednn()
    plugins = Plugins()
    name, found = find_task(plugins, task)
    space = parse_space(found.Settings, definition.over)
    resolved: Settings = resolve(found.Settings, found.presets, settings, task=name)
    for dimension in space.dimensions:
        for value in dimension.choices or (dimension.low, dimension.high):
            kind = int(value) if dimension.whole else value
            with_value: Settings = resolve(
                found.Settings, found.presets, [*settings, f"{dimension.key}={kind}"], task=name
            )
            check_names(with_value, plugins)
    topology = found(resolved, plugins.load_components()).topology
    return _Goal(topology.monitor, topology.more_is_better, space)
