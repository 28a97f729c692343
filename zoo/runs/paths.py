"""Records the paths in a run's settings, so that a moved run still finds its data."""

from __future__ import annotations

import dataclasses
import glob
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.data.named import find_data
from zoo.errors import UsageError
from zoo.files import expanded

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from zoo.settings import Settings
    from zoo.task import Task

SOURCE = "data.source"
NOT_READ = {"out", "config", "preset"}
"""Settings that may look like paths but do not name input files."""


def found_paths(settings: Settings, task: Task, folder: Path) -> dict[str, dict[str, str]]:
    """Find the settings that name files.

    Args:
        settings: of the run.
        task: an instance of the task; named data are not files.
        folder: of the run.

    Returns:
        Setting -> its path, `absolute` and `relative` to the run's folder.
    """
    found = {}
    for name, value in _texts(settings):
        if name in NOT_READ or not value or not _leads_somewhere(value) or (name == SOURCE and _is_named(value, task)):
            continue
        absolute = os.path.abspath(expanded(value))
        try:
            relative = os.path.relpath(absolute, folder.resolve())
        except (OSError, ValueError):  # on another drive of Windows
            relative = ""
        found[name] = {"absolute": absolute, "relative": relative}
    return found


def with_paths(settings: Settings, paths: Mapping[str, Mapping[str, str]], folder: Path) -> dict[str, str]:
    """Return the settings whose files are no longer at the path that they name.

    Args:
        settings: of the run, as trained.
        paths: as `found_paths` returned them.
        folder: the run's current folder.

    Returns:
        Setting -> the file's path: the same absolute path, or the same path relative to the run's folder. A setting is
        left out if the file is at neither.
    """
    found = {}
    for name, value in _texts(settings):
        place = paths.get(name)
        if place is None:
            continue
        if os.path.abspath(expanded(value)) == place.get("absolute") and _leads_somewhere(value):
            continue
        candidates = [place.get("absolute", "")]
        if place.get("relative"):
            candidates.append(os.path.normpath(os.path.join(folder.resolve(), place["relative"])))
        for candidate in candidates:
            if candidate and candidate != value and _leads_somewhere(candidate):
                found[name] = candidate
                break
    return found


def _texts(settings: DataclassInstance, prefix: str = "") -> Iterator[tuple[str, str]]:
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from _texts(value, f"{prefix}{field.name}.")
        elif isinstance(value, str):
            yield f"{prefix}{field.name}", value


def _leads_somewhere(path: str) -> bool:
    try:
        place = expanded(path)
        return place.exists() or (glob.has_magic(path) and any(glob.iglob(str(place), recursive=True)))
    except (OSError, ValueError, RuntimeError):
        return False


def _is_named(source: str, task: Task) -> bool:
    if source in task.data_names:
        return True
    try:
        return find_data(source, task.topology.name, task.components.data) is not None
    except UsageError:
        return False
