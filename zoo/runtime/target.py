"""Where a bundle may be written."""

from __future__ import annotations

from pathlib import Path

from zoo.errors import UsageError
from zoo.files import expanded
from zoo.runtime.manifest import MANIFEST


def check_target(out: str | Path) -> Path:
    """Refuse a place where a bundle cannot be written, before anything is converted or fetched.

    Raises:
        UsageError: something else is there already.
    """
    place = expanded(out)
    if place.suffix == ".zoo" and place.is_dir():
        raise UsageError(f"out={out}: it is a folder, but a .zoo file was expected")
    if place.is_dir() and any(place.iterdir()) and not (place / MANIFEST).is_file():
        raise UsageError(f"out={out} is not empty, and no bundle; choose another out=")
    if place.exists() and not place.is_dir() and place.suffix != ".zoo":
        raise UsageError(f"out={out} is a file; choose a folder, or a name that ends in .zoo")
    return place
