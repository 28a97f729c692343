"""Frames as lines of a stream: numbers of a vector, or the path of an image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from zoo.data.readers.clip import IMAGE_ENDINGS
from zoo.data.readers.features import feature_number
from zoo.errors import ZooError


def read_frames(
    lines: Iterable[str], labels: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Iterator[Path | np.ndarray]:
    """Read frames, each as soon as its line is there.

    Args:
        lines: an image's path each; or numbers, with commas, semicolons, tabs or spaces between them, and names of
            the columns first where some are to be left out. Empty lines are no frames.
        labels: names of a column that is left out.
        ignore: likewise.

    Yields:
        Paths, or float32 `[D]`.

    Raises:
        ZooError: a line is neither; names it by its number.
    """
    columns: list[str] = []
    used: list[int] = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text.strip(" ,;\t"):
            continue
        if text.lower().endswith(IMAGE_ENDINGS):
            yield Path(text)
            continue
        separator = next((one for one in ",;\t" if one in text), None)
        fields = [field.strip().strip('"') for field in text.split(separator)]
        if not used:
            header = not any(_is_number(field) for field in fields)
            columns = fields if header else [f"feature {place}" for place in range(1, len(fields) + 1)]
            used = [place for place, name in enumerate(columns) if name not in {*labels, *ignore}]
            if header:
                continue
        if len(fields) != len(columns):
            raise ZooError(f"line {number}: {len(fields)} numbers, but {len(columns)} were expected")
        yield np.array([feature_number(fields[place], columns[place], f"line {number}") for place in used], np.float32)


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
