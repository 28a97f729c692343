"""Finds the bundle that a command or `zoo.load` is given: a path, or the name of an installed model."""

from __future__ import annotations

import importlib.metadata
import warnings
from contextlib import suppress
from pathlib import Path

from zoo.files import expanded
from zoo.runtime.installed_models import PREFIX, find_model
from zoo.runtime.manifest import MANIFEST

RUNS = Path("runs")
"""The folder in which `zoo run` puts runs, by their task."""


def is_bundle(path: str | Path) -> bool:
    """Whether a path leads to a bundle, as far as its name and first file say."""
    place = expanded(path)
    try:
        return (place / MANIFEST).is_file() or (place.suffix == ".zoo" and place.is_file())
    except (OSError, ValueError):  # too long, a null byte
        return False


def find_bundle(name: str) -> Path | None:
    """Find a bundle; a run of the same name comes first, and a warning says so.

    Args:
        name: a bundle's folder or `.zoo` file, or the name of an installed model.

    Returns:
        Its place; None where a run is meant, or nothing is.

    Raises:
        ZooError: two distributions have a model of this name.
    """
    with suppress(OSError, ValueError, RuntimeError):  # too long, a null byte, links in a circle
        if (expanded(name) / "run.json").is_file() or (RUNS / name / "latest").exists():
            _warn_of_model(name)
            return None
        if is_bundle(name):
            return expanded(name)
        model = find_model(name)
        return model.folder if model else None
    return None


def _warn_of_model(name: str) -> None:
    """Say that a run hides an installed model of its name."""
    with suppress(Exception):  # there is none, or its metadata is broken
        importlib.metadata.distribution(PREFIX + name)
        warnings.warn(
            f"'{name}' is a run here; for the installed model of this name write {PREFIX}{name}", stacklevel=3
        )
