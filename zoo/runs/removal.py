"""Moves runs out of the way; nothing is deleted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from zoo.errors import ZooError
from zoo.files import reason
from zoo.runs.latest import is_listed, point_latest
from zoo.runs.listing import REMOVED, RunSummary
from zoo.runs.lock import RunLock


def kept(runs: Sequence[RunSummary], count: int, by: str) -> list[RunSummary]:
    """Return the runs of each task that are worth keeping.

    Args:
        runs: to choose from.
        count: how many of each task to keep.
        by: best, by the monitored metric; or latest.
    """
    found: list[RunSummary] = []
    for task in dict.fromkeys(run.task for run in runs):
        own = [run for run in runs if run.task == task]
        found += sorted(own, key=(lambda run: (*run.rank, _age(run))) if by == "best" else _age)[:count]
    return found


def remove_run(folder: Path) -> Path:
    """Move a run into the folder `.removed` beside it.

    Args:
        folder: of the run.

    Returns:
        Where it is now.

    Raises:
        ZooError: another process trains it, or it cannot be moved; the run is unchanged.
    """
    bin_folder = folder.parent / REMOVED
    lock = RunLock(folder)
    lock.acquire()
    try:
        bin_folder.mkdir(exist_ok=True)
        place = next(path for path in _names(bin_folder / folder.name) if not path.exists())
        os.rename(folder, place)
    except OSError as error:
        lock.release()
        raise ZooError(f"cannot move {folder} to {bin_folder}: {reason(error)}") from error
    with suppress(OSError):
        (place / lock.path.name).unlink()
    lock.release()
    if is_listed(folder):
        _repair_latest(folder)
    return place


def _repair_latest(folder: Path) -> None:
    """Point the task's `latest` to its newest run that is left, if it pointed to a run that is gone."""
    link = folder.parent / "latest"
    if not link.is_symlink() or link.exists():
        return
    left = sorted(path.name for path in folder.parent.iterdir() if (path / "run.json").is_file())
    if left:
        point_latest(folder.parent / left[-1])
    else:
        with suppress(OSError):
            link.unlink()


def _names(path: Path) -> Iterator[Path]:
    yield path
    number = 1
    while True:
        yield path.with_name(f"{path.name}-{number}")
        number += 1


def _age(run: RunSummary) -> float:
    return -run.started.timestamp()
