"""Recognises splits by the names of files and folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

SPLIT_NAMES: Mapping[str, tuple[str, ...]] = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing"),
}


def split_of(name: str) -> str:
    """Return the split that a word means, or an empty text."""
    return next((split for split, words in SPLIT_NAMES.items() if name.strip().lower() in words), "")


def by_split(paths: Iterable[Path]) -> dict[str, Path]:
    """Find files or folders of splits, by the first part of their names: `train.csv`, `dev.csv`, `test/`.

    Args:
        paths: to search.

    Returns:
        Split -> path; empty if there is no training split.
    """
    found: dict[str, Path] = {}
    for path in sorted(paths):
        split = split_of(path.name.partition(".")[0])
        if split:
            found.setdefault(split, path)
    return found if "train" in found else {}
