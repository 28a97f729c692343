"""Files of the UCR and UEA archives: `.ts`, as sktime and aeon read them.

https://www.aeon-toolkit.org/en/stable/api_reference/file_specifications/ts.html
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

import zoo

LONGEST = 1 << 26
"""Characters of a line at most."""


class Recording(NamedTuple):
    """A recording of a file.

    Attributes:
        place: file and line, for messages.
        values: float32 [T, D].
        target: its label or number as written; empty where the file has none.
    """

    place: str
    values: np.ndarray
    target: str


def read_ts(path: Path) -> Iterator[Recording]:
    """Read the recordings of a `.ts` file.

    Raises:
        zoo.ZooError: names file and line.
    """
    labelled = started = False
    dimensions = 0
    for number, line in _lines(path):
        place = f"{path.name}:{number}"
        if not line or line.startswith(("#", "%")):
            continue
        if not started:
            word, *rest = line.split()
            key = word.lower()
            if key in ("@classlabel", "@targetlabel"):
                labelled = bool(rest) and rest[0].lower() == "true"
            elif key == "@timestamps" and rest and rest[0].lower() == "true":
                raise zoo.ZooError(f"{place}: recordings with time stamps are not supported; write one value a step")
            elif key == "@data":
                started = True
            elif not key.startswith("@"):
                raise zoo.ZooError(f"{place}: expected a line that begins with @, such as @data")
            continue
        cells = line.split(":")
        target = cells.pop().strip() if labelled else ""
        values = _values(cells, place)
        if dimensions and values.shape[1] != dimensions:
            raise zoo.ZooError(f"{place}: {values.shape[1]} dimensions, but the recordings above have {dimensions}")
        dimensions = values.shape[1]
        yield Recording(place, values, target)
    if not started:
        raise zoo.ZooError(f"{path.name}: not a .ts file: it has no line @data")


def _values(cells: list[str], place: str) -> np.ndarray:
    """The dimensions of a recording, each `1.5,2,...`, as [T, D]."""
    if not cells:
        raise zoo.ZooError(f"{place}: a label without values")
    if "?" in "".join(cells):
        raise zoo.ZooError(f"{place}: a value is missing (?)")
    try:
        columns = [np.array([float(value) for value in cell.split(",")], np.float32) for cell in cells]
    except ValueError as error:
        raise zoo.ZooError(f"{place}: {error}") from error
    if len({len(column) for column in columns}) > 1:
        raise zoo.ZooError(f"{place}: the dimensions have {', '.join(str(len(one)) for one in columns)} values")
    values = np.stack(columns, axis=1)  # [T, D]
    if not np.isfinite(values).all():
        raise zoo.ZooError(f"{place}: a value is not finite")
    return values


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as stream:
            number = 0
            while raw := stream.readline(LONGEST):
                number += 1
                if len(raw) == LONGEST:
                    raise zoo.ZooError(f"{path.name}:{number}: a line of more than {LONGEST:,} bytes")
                yield number, raw.decode("utf-8-sig").strip()
    except OSError as error:
        raise zoo.ZooError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise zoo.ZooError(f"{path.name}:{number}: not UTF-8 text") from error
