"""Train a new run: `zoo.run`."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.codecs.fitting import fit_codecs
from zoo.errors import UsageError
from zoo.plugins import Plugins
from zoo.plugins.blame import noting_blame
from zoo.plugins.local_file import is_path
from zoo.processor import describe_machine, prefer_onednn
from zoo.runs.adaptation import adapt
from zoo.runs.checks import check_settings
from zoo.runs.component_names import check_names
from zoo.runs.folder import RunFolder
from zoo.runs.interrupted import raise_if_interrupted
from zoo.runs.local_workers import start_others
from zoo.runs.manifest import Manifest
from zoo.runs.notebook import in_notebook, notebook_reporter
from zoo.runs.paths import found_paths
from zoo.runs.read_only_folder import as_worker
from zoo.runs.run import Run
from zoo.runs.start_run import StartRun, start_overrides
from zoo.runs.task_file import keep_task_file
from zoo.runs.word_vectors import StartVectors
from zoo.settings import resolve, to_yaml
from zoo.settings.adaptive import explain
from zoo.settings.resolve import peek
from zoo.tensorflow_messages import silence
from zoo.training.engines.engine_choice import choose_engine
from zoo.training.progress import SafeReporter, SilentReporter

if TYPE_CHECKING:
    import keras

    from zoo.settings import Settings
    from zoo.task import Task
    from zoo.training.progress import Reporter


def run(
    task: str | os.PathLike[str] | type[Task],
    *,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    report: Reporter | None = None,
    arguments: Sequence[str] = (),
    **settings: object,
) -> Run:
    """Train a task.

    Args:
        task: a task's name, the path of a file with one (`./my_task.py`), or the class itself.
        callbacks: Keras callbacks, besides those that `train.callbacks` names.
        report: receives the progress; by default the notebook's output, or nothing outside a notebook.
        arguments: settings as `key=value` texts, in place of `settings`.
        **settings: settings by part, such as `data="book.txt", model={"cell": "gru"}`.

    Returns:
        The trained run.

    Raises:
        UsageError: an unknown task or setting.
        ZooError: the training failed.
        KeyboardInterrupt: Ctrl-C ended the training; the saved run is the error's attribute `run`.
    """
    report = report or notebook_reporter()
    with noting_blame():
        return raise_if_interrupted(_run(task, callbacks, report, arguments, settings))


def _run(
    task: str | os.PathLike[str] | type[Task],
    callbacks: Sequence[keras.callbacks.Callback],
    report: Reporter | None,
    arguments: Sequence[str],
    settings: Mapping[str, object],
) -> Run:
    if in_notebook():
        silence()
    began = time.perf_counter()
    task = checked_task(task)
    tell = SafeReporter(report or SilentReporter())
    tell.phase("loading")
    if settings and arguments:
        raise UsageError("give settings as arguments or as keywords, not both")
    overrides: Mapping[str, object] | list[str] = {**settings} if settings else list(arguments)
    # Set before a task's module imports Keras and TensorFlow, which read these only once.
    kind = peek(overrides, "device", "device.kind") or "auto"
    choose_engine(peek(overrides, "engine") or "auto", kind, load=False)
    prefer_onednn()
    plugins = Plugins()
    name, found = find_task(plugins, task)
    resolved: Settings = resolve(found.Settings, found.presets, overrides, task=name)
    start = StartRun(resolved.train.start) if resolved.train.start else None
    if start is not None:
        overrides = start_overrides(start, found.Settings, name, overrides)
        resolved = resolve(found.Settings, found.presets, overrides, task=name)
    check_names(resolved, plugins)
    choose_engine(resolved.engine, resolved.device.kind)
    instance = found(resolved, plugins.load_components())
    check_names(resolved, plugins)
    check_settings(resolved, instance.components)
    if resolved.device.local_workers and isinstance(task, type):
        raise UsageError(
            "device.local_workers needs a task's name or file, because other processes cannot find a class"
        )
    with ExitStack() as stack:
        worker_folder = as_worker(None, resolved.device, stack)
        vectors = StartVectors.of(resolved, instance.components)
        if vectors is not None:
            overrides = vectors.overrides(found.Settings, overrides)
            resolved = resolve(found.Settings, found.presets, overrides, task=name)
            vectors.check(resolved)
            instance = found(resolved, instance.components)
        tell.phase("reading data")
        splits = instance.splits()
        adapted = adapt(instance, splits, overrides)
        if adapted.choices:
            resolved = adapted.resolved(name)
            instance = found(resolved, instance.components)
            notes = [f"chosen: {line}" for line in explain(adapted.choices)]
            splits = replace(splits, notes=(*splits.notes, *notes))
        if resolved.device.local_workers and isinstance(task, str):
            start_others(resolved.device, _command(task, resolved, stack), stack)
        codecs = instance.codecs()
        tell.phase("fitting codecs")
        if start is None:
            fit_codecs(codecs, splits.train)
        else:
            start.fit(codecs, splits.train, resolved.train.start_vocabulary)
        if vectors is not None:
            vectors.extend(codecs)
        folder = worker_folder or RunFolder.create(resolved.out, name)
        with folder.discarded_on_error():
            for role, codec in codecs.items():
                codec.save(folder.codecs, role)
            file = str(task) if isinstance(task, str) and is_path(task) else ""
            manifest = Manifest(
                task=name,
                file=file,
                code=keep_task_file(Path(file), folder.path) if file and worker_folder is None else "",
                versions=_versions(),
                paths=found_paths(resolved, instance, folder.path),
                reasons={choice.key: choice.why for choice in adapted.choices},
                started=datetime.now().astimezone().isoformat(timespec="seconds"),
                monitor=("" if instance.topology.more_is_better else "-") + instance.topology.monitor,
                machine=describe_machine(),
            )
            folder.begin(manifest, to_yaml(resolved))
            return Run(instance, name, folder, codecs)._train_since(began, report, callbacks, splits)


def checked_task(task: object) -> str | type[Task]:
    """A task as its name, the path of its file, or its class.

    Raises:
        UsageError: it is none of these.
    """
    from zoo.task import Task

    if isinstance(task, os.PathLike):
        task = os.fspath(task)
    if isinstance(task, type) and (not issubclass(task, Task) or task is Task):
        raise UsageError(f"{task.__name__} is not a task; expected a subclass of zoo.Task")
    if not isinstance(task, (str, type)):
        raise UsageError(f"a task is a name, a file or a class, not {type(task).__name__}")
    return task


def find_task(plugins: Plugins, task: str | type[Task]) -> tuple[str, type[Task]]:
    """Load a task, and return its name and its class.

    Args:
        plugins: installed.
        task: its name, the path of its file, or the class itself.
    """
    if isinstance(task, type):
        return task.__name__.lower(), task
    return (Path(task).stem if is_path(task) else task), plugins.load_task(task)


def _command(task: str, settings: Settings, stack: ExitStack) -> list[str]:
    """Return the arguments of `zoo` that train the same run in another process."""
    path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zoo-workers-"))) / "settings.yaml"
    path.write_text(to_yaml(settings), encoding="utf-8")
    return ["run", task, f"config={path}", "preset="]


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("seqzoo", "tensorflow", "jax", "keras"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
