"""Opens whatever answers: a run, a bundle, or a model that pip has installed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, overload

from zoo.errors import UsageError, ZooError, did_you_mean
from zoo.runtime.finding import find_bundle
from zoo.runtime.installed_models import find_models

if TYPE_CHECKING:
    from zoo.runs import Run
    from zoo.runtime import Bundle
    from zoo.task import Task


@overload
def load(path: str | Path, task: str | type[Task], engine: str = ..., trust: bool = ...) -> Run: ...


@overload
def load(path: str | Path, *, engine: str = ..., trust: bool = ...) -> Run | Bundle: ...


def load(path: str | Path, task: str | type[Task] = "", engine: str = "auto", trust: bool = False) -> Run | Bundle:
    """Load a run, a bundle, or an installed model.

    Args:
        path: the folder of a run, or a task's name for its latest run under `runs/`; a bundle's folder or `.zoo` file;
            or the name of a model that pip has installed.
        task: the task's class or file, for a run of a task that no plugin registers.
        engine: `tensorflow` or `jax`, for a run; `auto` for the one that it was trained with, if it is installed.
        trust: run the code of a task file that came with the run, even if it was not trained on this machine.

    Returns:
        A run, ready to sample, predict, evaluate or resume; or a bundle, which samples and predicts.

    Raises:
        ZooError: it is neither, its task is not installed, its code is not trusted, or Keras runs on another engine.
    """
    place = None if task else find_bundle(str(path))
    if place is not None:
        return _bundle(place, engine)
    _check_installed(str(path))
    from zoo.runs.loaded_run import load as load_run

    return load_run(path, task, engine, trust)


def open_model(
    name: str,
    engine: str = "auto",
    trust: bool = False,
    changes: Mapping[str, object] | None = None,
    fast: bool = False,
    report: bool = False,
) -> Run | Bundle:
    """Open what a command is given (see `load` and `zoo.runs.loaded_run.open_run`)."""
    place = find_bundle(name)
    if place is not None:
        return _bundle(place, engine)
    _check_installed(name)
    from zoo.runs.loaded_run import open_run

    return open_run(name, engine=engine, trust=trust, changes=changes, fast=fast, report=report)


def _check_installed(name: str) -> None:
    """Refuse a run where only the runtime is installed."""
    if find_spec("zoo.runs") is None:
        known = did_you_mean(name, (model.name for model in find_models()))
        raise ZooError(
            f"'{name}' is no bundle and no installed model{known or '; no model is installed'}; a run needs seqzoo, "
            "and only seqzoo-runtime is installed: pip install seqzoo"
        )


def _bundle(place: Path, engine: str) -> Bundle:
    if engine != "auto":
        raise UsageError(f"engine={engine}: {place} is a bundle, which answers without TensorFlow and JAX")
    from zoo.runtime.bundle import load

    return load(place)
