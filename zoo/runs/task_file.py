"""A task in a file of the user's: the run keeps a copy, which is run only with consent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zoo.errors import ZooError
from zoo.files import expanded, open_file, reason, write_atomic
from zoo.plugins.local_file import is_path
from zoo.runs import trust
from zoo.runs.manifest import Manifest

LARGEST = 1 << 24
"""Bytes of a file of Python code."""


@dataclass(frozen=True)
class TaskFile:
    """A task's code.

    Attributes:
        path: the file.
        code: what is in it.
        beside: the folder that it imports its neighbours from; None where they are not here.
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
        trusted: the user wants its code to be run.

    Returns:
        The file; None where the task is a plugin's.

    Raises:
        ZooError: the file is gone; or the user has neither run it on this machine before nor trusts it.
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
