"""`runs/TASK/latest`: a link to the newest run of a task, and finding runs by their task's name."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from zoo.errors import UsageError, ZooError, did_you_mean
from zoo.files import expanded
from zoo.runtime.finding import RUNS, find_bundle


def find_run(name: str) -> Path:
    """Find a run's folder.

    Args:
        name: the folder, or a task's name for its latest run under `runs/`.

    Raises:
        ZooError: there is none.
    """
    if not name.strip():
        raise UsageError("no run given; name a run's folder, or a task for its latest run")
    try:
        given = expanded(name)
        if (given / "run.json").is_file():
            return given.resolve() if given.is_symlink() else given
        latest = RUNS / name / "latest"
        if latest.exists():
            return latest.resolve()
        is_folder = given.is_dir()
        known = [entry.name for entry in RUNS.iterdir() if entry.is_dir()] if RUNS.is_dir() else []
        known += _runs_beside(given)
    except (OSError, ValueError, RuntimeError) as error:  # too long, a null byte, links in a circle
        raise ZooError(f"no run '{_short(name)}': {getattr(error, 'strerror', None) or error}") from error
    if find_bundle(name) is not None:
        raise ZooError(f"{name} is a bundle: zoo predict and zoo sample answer with it, but this needs the run")
    if is_folder:
        raise ZooError(f"{name} is a folder but not a run: it has no run.json")
    hint = did_you_mean(name, known) or "; this folder has no runs yet: zoo run task=charlm"
    raise ZooError(f"no run '{_short(name)}'{hint}")


def _runs_beside(path: Path) -> list[str]:
    """The runs in the folder in which a path would lie, as a user would name them."""
    try:
        return [str(path.parent / file.parent.name) for file in path.parent.glob("*/run.json")]
    except OSError:
        return []


def is_listed(folder: Path) -> bool:
    """Whether a run's folder is one of `runs/TASK/`, where `latest` points to the newest."""
    return folder.parent.parent.name == RUNS.name


def point_latest(folder: Path) -> str:
    """Point `latest` to a run.

    Args:
        folder: of the run, listed.

    Returns:
        The name of the run that it pointed to before, or an empty text.
    """
    link = folder.parent / "latest"
    before = os.readlink(link) if link.is_symlink() else ""
    temporary = folder.parent / f".latest-{os.getpid()}"
    try:
        temporary.symlink_to(folder.name)
        os.replace(temporary, link)
    except OSError:  # a file system without links: runs are then found by their folder
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return before


def unpoint_latest(folder: Path, before: str) -> None:
    """Point `latest` back to the run before this one, if it still points to this one.

    Args:
        folder: of the run.
        before: as `point_latest` returned it.
    """
    link = folder.parent / "latest"
    with suppress(OSError):
        if link.is_symlink() and os.readlink(link) == folder.name:
            if before and (folder.parent / before).exists():
                point_latest(folder.parent / before)
            else:
                link.unlink()


def _short(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:77]}..."
