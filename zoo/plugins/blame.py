"""Whose code raised an error: the plugin, and the line in it."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zoo.errors import ZooError
from zoo.plugins.component_kinds import OURS
from zoo.plugins.installed import PluginInfo, find_plugins

# Modules that only pass an error on.
_PASSING = ("importlib", "_frozen_importlib", "_frozen_importlib_external", "pluggy", "zoo", "zoo_tasks", "runpy")


def blame(error: BaseException, plugins: Iterable[PluginInfo] | None = None) -> str:
    """Name the plugin that raised an error.

    Args:
        error: that was caught, with its traceback.
        plugins: that may have raised it; all that are installed by default.

    Returns:
        `plugin zoo-x 1.0`, followed by the module and line of an unexpected error; empty if no plugin raised it, or if
        its message already names the plugin.
    """
    strangers = [info for info in (find_plugins() if plugins is None else plugins) if info.distribution != OURS]
    expected = isinstance(error, ZooError)
    for cause in _causes(error):
        modules = list(_modules(cause))
        if isinstance(cause, ZooError):
            # Raised on purpose, by a plugin or by the zoo about a plugin's result.
            modules = modules[-1:]
        for module, line in reversed(modules):
            if (info := _owner(module, strangers)) is not None:
                if info.distribution in str(error):
                    return ""
                return f"plugin {info.origin}" + ("" if expected else f", {_place(module, line)}")
    return "" if expected else _in_message(str(error), strangers)


@contextmanager
def noting_blame() -> Iterator[None]:
    """Inside this context, an error that a plugin raises gets a note with the plugin's name."""
    try:
        yield
    except Exception as error:
        with suppress(Exception):  # the error itself must be reported in any case
            if culprit := blame(error):
                error.add_note(f"raised by {culprit}")
        raise


def place_of(error: BaseException) -> str:
    """Name the module and line that raised an error, skipping those that only passed it on; empty if there is none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    for module, line in reversed(list(_modules(error))):
        if module.partition(".")[0] not in _PASSING:
            return _place(module, line)
    return ""


def _place(module: str, line: int) -> str:
    return f"module {module}, line {line}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Return the error, and the errors that it was raised from."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__


def _modules(error: BaseException) -> Iterator[tuple[str, int]]:
    """Return the modules that an error passed through, the outermost first: (name, line)."""
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield str(frame.f_globals.get("__name__", "")), line


def _owner(module: str, plugins: Iterable[PluginInfo]) -> PluginInfo | None:
    """Return the plugin that a module belongs to: its own module, or one in the same package."""
    beside = [info for info in plugins if info.module.partition(".")[0] == module.partition(".")[0]]
    return max(beside, key=lambda info: _shared(info.module, module), default=None)


def _shared(first: str, second: str) -> int:
    """Return how many leading parts two dotted names share."""
    count = 0
    for one, other in zip(first.split("."), second.split("."), strict=False):
        if one != other:
            break
        count += 1
    return count


def _in_message(message: str, plugins: Iterable[PluginInfo]) -> str:
    """Return the plugin whose file a message names:

    TensorFlow reports where the operation of a compiled step was created.
    """
    for info in plugins:
        if (folder := info.folder) is not None and str(folder) in message:
            return f"plugin {info.origin}, {Path(folder).name}"
    return ""
