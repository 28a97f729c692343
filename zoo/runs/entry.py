"""How a run comes about: trained anew, or loaded from its folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import UsageError, ZooError
from zoo.runs.folder import RunFolder
from zoo.runs.named_callbacks import named_callbacks
from zoo.runs.run import Run, check_end
from zoo.settings import from_yaml, resolve, to_yaml

if TYPE_CHECKING:
    from zoo.task import Task
    from zoo.training.report import Report


def run(
    task: str | type[Task],
    *,
    callbacks: Sequence[Any] = (),
    report: Report | None = None,
    words: Sequence[str] = (),
    **settings: Any,
) -> Run:
    """Train a task.

    Args:
        task: a task's name, the path of a file with one (`./my_task.py`), or the class itself.
        callbacks: Keras callbacks, besides those that `train.callbacks` names.
        report: is told how it goes; nobody by default.
        words: settings as `key=value` words.
        **settings: settings by part, such as `data="book.txt", model={"cell": "gru"}`.

    Returns:
        The trained run.

    Raises:
        UsageError: an unknown task or setting.
        ZooError: what the training raises.
    """
    from zoo.plugins import Plugins
    from zoo.search import check_search

    plugins = Plugins()
    name, found = _task(plugins, task)
    overrides: Any = {**settings} if settings else list(words)
    if settings and words:
        raise UsageError("settings come as words or as keywords, not as both")
    resolved: Any = resolve(found.Settings, found.presets, overrides, task=name)
    check_end(resolved.train)
    instance = found(resolved, _components(plugins))
    named_callbacks(resolved.train.callbacks, None, instance.components["callbacks"])
    check_search(resolved.search, instance.components["strategies"])
    splits = instance.splits()
    codecs = instance.codecs()
    for codec in {id(codec): codec for codec in codecs.values()}.values():
        # A codec that two roles share learns from both.
        roles = [role for role, other in codecs.items() if other is codec]
        codec.fit(value for role in roles for value in _values(splits.train, role))
    folder = RunFolder.create(resolved.out, name)
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


def load(path: str | Path, task: str | type[Task] = "") -> Run:
    """Load a run.

    Args:
        path: its folder, or a task's name for the latest run under `runs/`.
        task: the task's class or file, for a run of a task that no plugin registers.

    Returns:
        The run, ready to sample, predict, evaluate or resume.

    Raises:
        ZooError: it is no run, or its task is not installed.
    """
    from zoo.plugins import Plugins

    folder = RunFolder.find(str(path))
    about = folder.about()
    plugins = Plugins()
    _, found = _task(plugins, task or about.get("file") or about["task"])
    try:
        text = folder.settings.read_text(encoding="utf-8")
    except OSError as error:
        raise ZooError(f"cannot read {folder.settings}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ZooError(f"{folder.settings} is damaged: byte {error.start} is not valid UTF-8") from error
    settings: Any = from_yaml(found.Settings, text, str(folder.settings))
    instance = found(settings, _components(plugins))
    codecs = instance.codecs()
    for role, codec in codecs.items():
        codec.restore(folder.codecs, role)
    return Run(instance, about["task"], folder, codecs)


def _components(plugins: Any) -> dict[str, Any]:
    return dict(vars(plugins.load_components()))


def _task(plugins: Any, task: Any) -> tuple[str, type[Task]]:
    if isinstance(task, type):
        return task.__name__.lower(), task
    return (Path(task).stem if _is_path(task) else task), plugins.load_task(task)


def _is_path(task: Any) -> bool:
    return isinstance(task, str) and (task.endswith(".py") or "/" in task)


def _values(examples: Any, role: str) -> Iterator[Any]:
    for example in examples:
        if role not in example:
            raise ZooError(f"an example has no '{role}'; it has {', '.join(example)}")
        yield example[role]


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("seqzoo", "tensorflow", "keras"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
