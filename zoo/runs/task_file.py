"""A task in a user's own file: the run keeps a copy, which is executed only with consent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zoo.errors import ZooError
from zoo.files import expanded, open_file, reason, write_atomic
from zoo.plugins.local_file import is_path
from zoo.runs import trust
from zoo.runs.manifest import Manifest

LARGEST = 1 << 24
"""Largest size of a Python file in bytes."""


@dataclass(frozen=True)
class TaskFile:
    """A task's code.

    Attributes:
        path: the file.
        code: its content.
        beside: the folder to import its neighbours from; None if it is not on this machine.
    """

    path: Path
    code: bytes
    beside: Path | None


def keep_task_file(path: Path, folder: Path) -> str:
    """Copy the file of a task into a run's folder, and remember that this user has run it.

    Args:
        path: of the file.
        folder: of the run.

    Returns:
        The copy's name.
    """
    path = expanded(path)
    code = _read(path, f"task {path}")
    write_atomic(folder / path.name, code)
    trust.remember(code, path)
    return path.name


def find_task_file(manifest: Manifest, folder: Path, trusted: bool) -> TaskFile | None:
    """Find the file that holds a run's task.

    Args:
        manifest: of the run.
        folder: of the run.
        trusted: whether the user trusts its code.

    Returns:
        The file; None for a plugin's task.

    Raises:
        ZooError: the file is gone, or it has not been run on this machine before and is not trusted.
    """
    named = manifest.file or (manifest.task if is_path(manifest.task) else "")
    if not named and not manifest.code:
        return None
    path = folder / manifest.code if manifest.code else expanded(named)
    code = _read(path, f"the task of {folder} is in the file {path}")
    origin = trust.recall(code)
    if origin is None and not trusted:
        raise ZooError(
            f"{folder} needs the code in {path}, which has not been run here before; "
            "look at it, and if you trust it, add trust=yes (from Python: trust=True)"
        )
    return TaskFile(path, code, origin.parent if origin is not None else None)


def _read(path: Path, what: str) -> bytes:
    try:
        with open_file(path) as stream:
            code = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise ZooError(f"{what}, which cannot be read: {reason(error)}") from error
    if len(code) > LARGEST:
        raise ZooError(f"{what}, which is too large")
    return code
