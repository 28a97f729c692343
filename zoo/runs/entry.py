"""How a run comes about: trained anew, or loaded from its folder."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import UsageError
from zoo.processor import prefer_onednn
from zoo.runs.folder import RunFolder
from zoo.runs.local_workers import start_others
from zoo.runs.named_callbacks import named_callbacks
from zoo.runs.read_only_folder import as_worker
from zoo.runs.run import Run, check_end
from zoo.settings import from_yaml, resolve, to_yaml
from zoo.settings.overrides import from_text, raw_value
from zoo.settings.resolve import peek
from zoo.training.engines.device_plan import check_kind
from zoo.training.engines.engine_choice import choose_engine

if TYPE_CHECKING:
    from zoo.task import Task
    from zoo.training.progress import Reporter


def run(
    task: str | type[Task],
    *,
    callbacks: Sequence[Any] = (),
    report: Reporter | None = None,
    arguments: Sequence[str] = (),
    **settings: Any,
) -> Run:
    """Train a task.

    Args:
        task: a task's name, the path of a file with one (`./my_task.py`), or the class itself.
        callbacks: Keras callbacks, besides those that `train.callbacks` names.
        report: is told how it goes; nobody by default.
        arguments: settings as `key=value` arguments.
        **settings: settings by part, such as `data="book.txt", model={"cell": "gru"}`.

    Returns:
        The trained run.

    Raises:
        UsageError: an unknown task or setting.
        ZooError: what the training raises.
    """
    from zoo.plugins import Plugins

    overrides: Any = {**settings} if settings else list(arguments)
    if settings and arguments:
        raise UsageError("settings come as arguments or as keywords, not as both")
    # Before a task's module imports Keras and TensorFlow, which read these once.
    choose_engine(peek(overrides, "engine") or "auto", peek(overrides, "device", "device.kind") or "auto")
    prefer_onednn()
    from zoo.codecs.fitting import fit_codecs
    from zoo.search import check_search

    plugins = Plugins()
    name, found = _task(plugins, task)
    resolved: Any = resolve(found.Settings, found.presets, overrides, task=name)
    choose_engine(resolved.engine, resolved.device.kind)
    check_end(resolved.train)
    instance = found(resolved, plugins.load_components())
    check_kind(resolved.device.kind, instance.components.devices)
    named_callbacks(resolved.train.callbacks, None, instance.components.callbacks)
    check_search(resolved.search, instance.components.strategies)
    with ExitStack() as stack:
        worker_folder = as_worker(None, resolved.device, stack)
        if resolved.device.local_workers:
            start_others(resolved.device, _command(task, resolved, stack), stack)
        splits = instance.splits()
        codecs = instance.codecs()
        fit_codecs(codecs, splits.train)
        folder = worker_folder or RunFolder.create(resolved.out, name)
        try:
            for role, codec in codecs.items():
                codec.save(folder.codecs, role)
            folder.begin(
                {"task": name, "file": str(task) if _is_path(task) else "", "versions": _versions()}, to_yaml(resolved)
            )
            return Run(instance, name, folder, codecs).train(report, callbacks, splits)
        except Exception:
            folder.discard()
            raise


def load(path: str | Path, task: str | type[Task] = "", engine: str = "auto") -> Run:
    """Load a run.

    Args:
        path: its folder, or a task's name for the latest run under `runs/`.
        task: the task's class or file, for a run of a task that no plugin registers.
        engine: `tensorflow` or `jax`; `auto` for the one that the run was trained with, where it is there.

    Returns:
        The run, ready to sample, predict, evaluate or resume.

    Raises:
        ZooError: it is no run, its task is not installed, or Keras was imported with another engine.
    """
    from zoo.plugins import Plugins

    prefer_onednn()
    folder = RunFolder.find(str(path))
    about = folder.about()
    given = folder.read_settings()
    if engine != "auto":
        choose_engine(engine)
    else:
        choose_engine(raw_value(from_text(given, str(folder.settings)), "engine") or "auto", strict=False)
    plugins = Plugins()
    _, found = _task(plugins, task or about.get("file") or about["task"])
    settings: Any = from_yaml(found.Settings, given, str(folder.settings))
    instance = found(settings, plugins.load_components())
    codecs = instance.codecs()
    for role, codec in codecs.items():
        codec.restore(folder.codecs, role)
    return Run(instance, about["task"], folder, codecs)


def _command(task: str | type[Task], settings: Any, stack: ExitStack) -> list[str]:
    """Words of `zoo` that train the same in another process.

    Raises:
        UsageError: the task is a class of this process, which another one cannot name.
    """
    if isinstance(task, type):
        raise UsageError(
            "device.local_workers starts processes, which find a task by its name or its file, not a class"
        )
    path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zoo-workers-"))) / "settings.yaml"
    path.write_text(to_yaml(settings), encoding="utf-8")
    return ["run", task, f"config={path}", "preset="]


def _task(plugins: Any, task: Any) -> tuple[str, type[Task]]:
    if isinstance(task, type):
        return task.__name__.lower(), task
    return (Path(task).stem if _is_path(task) else task), plugins.load_task(task)


def _is_path(task: Any) -> bool:
    return isinstance(task, str) and (task.endswith(".py") or "/" in task)


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("seqzoo", "tensorflow", "jax", "keras"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
