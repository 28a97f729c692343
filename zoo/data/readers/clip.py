"""Reads one clip, a folder of images or a video file, with the table rows that label its frames."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from zoo.codecs.codec import RawValue
from zoo.codecs.image import open_image
from zoo.data.readers.video import Video
from zoo.errors import ZooError
from zoo.files import is_clutter

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm")


class LabelRow(NamedTuple):
    """A row of a table that labels a frame.

    Args:
        line: its line number.
        frame: an image's name, with or without its ending, or a number.
        label: of the frame.
    """

    line: int
    frame: str
    label: str


class ClipProblem(Exception):
    """A clip cannot be used.

    Args:
        line: of the table, with the problem.
        problem: as a clause.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


def read_clip(root: Path, clip: str, rows: Sequence[LabelRow], thorough: bool = False) -> dict[str, RawValue]:
    """Combine the frames of a clip with their labels.

    Args:
        root: the folder of the clips.
        clip: its name in that folder.
        rows: the rows that label its frames, in any order.
        thorough: whether to open every image, to find damaged ones.

    Returns:
        `source`, a tuple of paths or a `Video`, and `target`, a list of their labels.

    Raises:
        ClipProblem: a frame without a label, a label without a frame, an image that is damaged.
    """
    line, place = rows[0].line, root / clip
    if Path(clip).is_absolute() or ".." in Path(clip).parts or not os.path.exists(place):
        raise ClipProblem(line, f"no folder '{clip}' of images, and no video of that name")
    source, names, given = _images(place, rows) if place.is_dir() else _video(place, rows)
    labels: dict[str, str] = {}
    known = set(names)
    for row, name in zip(rows, given, strict=True):
        if name not in known:
            extent = f"; it has {names[0]} to {names[-1]}" if isinstance(source, Video) else ""
            raise ClipProblem(row.line, f"clip '{clip}' has no frame '{row.frame}'{extent}")
        if name in labels:
            raise ClipProblem(row.line, f"frame '{row.frame}' has a label already")
        labels[name] = row.label
    for name in names:
        if name not in labels:
            raise ClipProblem(line, f"frame '{name}' of clip '{clip}' has no label")
    if thorough and isinstance(source, tuple):
        _check(source, line)
    return {"source": source, "target": [labels[name] for name in names]}


def images_in(folder: Path) -> list[Path]:
    """Return the images of a folder, in the natural order of their names."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in IMAGE_ENDINGS and not is_clutter(path.name))
    return sorted(found, key=lambda path: _natural(path.name))


def _images(folder: Path, rows: Sequence[LabelRow]) -> tuple[tuple[Path, ...], list[str], list[str]]:
    """Return the frames of a folder, their names, and the names in the rows."""
    found = tuple(images_in(folder))
    names = [_stem(image.name) for image in found]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ClipProblem(rows[0].line, f"clip '{folder.name}' has more than one image '{twice}'")
    return found, names, [_stem(row.frame) for row in rows]


def _video(file: Path, rows: Sequence[LabelRow]) -> tuple[Video, list[str], list[str]]:
    """Return the same for a video, whose frames are numbered from 0, or from 1 if no row has the number 0."""
    try:
        video = Video(file)
    except ZooError as error:
        raise ClipProblem(rows[0].line, str(error)) from error
    given = []
    for row in rows:
        if not row.frame.isdecimal():
            raise ClipProblem(row.line, f"frame '{row.frame}' of the video '{file.name}' is not a number")
        given.append(str(int(row.frame)))
    first = 0 if "0" in given else 1
    return video, [str(number) for number in range(first, first + len(video))], given


def _check(images: Sequence[Path], line: int) -> None:
    """Check every image."""
    for image in images:
        try:
            open_image(image)
        except ZooError as error:
            raise ClipProblem(line, str(error)) from error


def _stem(name: str) -> str:
    """Return an image's name without its ending."""
    return Path(name).stem if name.lower().endswith(IMAGE_ENDINGS) else name


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that puts frame 2 before frame 10."""
    parts = re.split(r"(\d+)", name.lower())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]
