"""A task in a user's own file, without a package."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from zoo.errors import UsageError, ZooError

if TYPE_CHECKING:
    from zoo.task import Task


def is_path(name: str) -> bool:
    """Whether a task's name is the path of a file."""
    return name.endswith(".py") or "/" in name or "\\" in name


def import_file(path: Path, code: bytes | None = None, beside: Path | None = None) -> ModuleType:
    """Import a Python file by its path.

    Its folder is added to the end of the import path, so that the file can import its neighbours.

    Args:
        path: of the file.
        code: its content, if it has already been read; then no bytecode is written beside it.
        beside: the folder to import from; by default the file's own, or none if `code` is given.

    Raises:
        UsageError: the file does not exist.
        ZooError: it cannot be read, or fails; the message names the line.
    """
    try:
        if code is None and not path.is_file():
            raise UsageError(f"task {path}: {'not a file' if path.exists() else 'no such file'}")
        path = path.resolve()
    except (OSError, ValueError, RuntimeError) as error:  # too long, a null byte, links in a circle
        raise UsageError(f"task {path}: {getattr(error, 'strerror', None) or error}") from error
    if code is None:
        beside = path.parent
    # Dataclasses look up their module by name, so the name must be unique.
    import hashlib

    name = f"zoo_file_{path.stem}_{hashlib.sha256(str(path).encode(errors='surrogateescape')).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"task {path}: expected a Python file (.py)")
    module = importlib.util.module_from_spec(spec)
    if beside is not None and str(beside) not in sys.path:
        sys.path.append(str(beside))
    sys.modules[name] = module
    try:
        if code is None:
            spec.loader.exec_module(module)
        else:
            exec(compile(code, path, "exec"), vars(module))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        del sys.modules[name]
        raise ZooError(f"{_place(path, error)}: {describe_error(error)}") from error
    return module


def only_task(module: ModuleType, path: Path) -> type[Task]:
    """Return the only Task subclass of a module, ignoring base classes of others and names with an underscore.

    Raises:
        UsageError: it defines none or several.
    """
    from zoo.task import Task

    found = [
        value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Task)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    ]
    found = [task for task in dict.fromkeys(found) if not any(task in other.__mro__[1:] for other in found)]
    if not found:
        raise UsageError(f"{path}: contains no task; expected a subclass of zoo.Task")
    if len(found) > 1:
        names = ", ".join(task.__name__ for task in found)
        raise UsageError(
            f"{path}: {len(found)} tasks in one file ({names}); keep one, or return one in a zoo_tasks hook"
        )
    return found[0]


def describe_error(error: BaseException) -> str:
    """Describe an exception in one line: its type, and its message if it has one."""
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # a foreign exception's __str__ may fail, too
        message = ""
    message = " ".join(message.split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _place(path: Path, error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}:{error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{path}:{lines[-1]}" if lines else str(path)
