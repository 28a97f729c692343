"""Reads frames from lines: the numbers of a vector, or the path of an image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from zoo.codecs.feature_array import FeatureArray, column_key
from zoo.data.readers.clip import IMAGE_ENDINGS
from zoo.data.readers.feature_file import feature_number, looks_like_header
from zoo.data.tables.delimited import DELIMITERS, likely_delimiter
from zoo.errors import ZooError


def read_frames(
    lines: Iterable[str], labels: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Iterator[Path | np.ndarray]:
    """Read frames, each as soon as its line arrives.

    Args:
        lines: each the path of an image; or numbers, separated by commas, semicolons, tabs or spaces, and names of the
            columns first where some are to be left out. Empty lines are no frames.
        labels: names of a column to leave out.
        ignore: likewise.

    Yields:
        Paths, or float32 `[D]`.

    Raises:
        ZooError: a line is neither; names the line.
    """
    columns: list[str] = []
    used: list[int] = []
    named = False
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text.strip(" ,;\t"):
            continue
        if text.lower().endswith(IMAGE_ENDINGS):
            yield Path(text)
            continue
        separator = likely_delimiter("frames.csv", text) if any(one in text for one in DELIMITERS) else None
        comma = separator != ","
        fields = [field.strip().strip('"') for field in text.split(separator)]
        if not used:
            named = looks_like_header(fields, [*labels, *ignore], comma)
            columns = fields if named else [f"feature {place}" for place in range(1, len(fields) + 1)]
            left_out = {column_key(name) for name in (*labels, *ignore)}
            used = [place for place, name in enumerate(columns) if column_key(name) not in left_out]
            if named:
                continue
        if len(fields) != len(columns):
            raise ZooError(f"line {number}: {len(fields)} numbers, but {len(columns)} were expected")
        place = f"line {number}"
        values = [feature_number(fields[index], columns[index], place, comma) for index in used]
        yield FeatureArray(values, [columns[index] for index in used] if named else ())
