"""Clips of frames: a folder of pictures each, with a table that labels the frames."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zoo.data.bad_rows import BadRows
from zoo.data.split_groups import split_groups
from zoo.data.splits import Splits
from zoo.data.table import open_table
from zoo.errors import ZooError

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm")
CLIP_COLUMNS = {"clip": ("clip", "video"), "frame": ("frame", "picture", "image"), "label": ("label", "class")}


def read_clips(
    source: str | Path,
    labels: str | Path = "",
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    columns: Mapping[str, Sequence[str]] = CLIP_COLUMNS,
) -> Splits:
    """Read a folder of clips, whole clips held out.

    Args:
        source: a folder with a folder of pictures for each clip; frames are in the natural order of their names.
        labels: a table with the columns `clip`, `frame` (a picture's name, with or without its ending) and `label`, a
            row a frame in any order; by default the one table in the folder.
        validation: share of the clips to validate on.
        test: share of the clips to test on.
        on_error: `stop` at a clip with a frame that has no label, or a label that has no frame, or `skip` and count
            such clips.
        columns: role (`clip`, `frame`, `label`) -> names of its column.

    Returns:
        Splits of examples: `source` a tuple of the frames' paths, `target` a list of their labels.

    Raises:
        ZooError: names file and line.
    """
    root = Path(source).expanduser()
    if not root.is_dir():
        raise ZooError(f"{source}: no such folder")
    path = Path(labels).expanduser() if labels else _table(root)
    table = open_table(path, columns, on_error)
    bad = BadRows(on_error)
    bad.include(table.bad)
    labelled: dict[str, dict[str, tuple[str, int]]] = {}
    broken: dict[str, tuple[int, str]] = {}
    for line, row in table.rows().with_lines():
        frames = labelled.setdefault(row["clip"], {})
        name = _stem(str(row["frame"]))
        if name in frames:
            broken.setdefault(row["clip"], (line, f"frame '{row['frame']}' has a label already"))
        frames[name] = (str(row["label"]), line)
    clips: dict[str, Any] = {}
    for clip, frames in labelled.items():
        line, problem = broken.get(clip, (0, "")) if clip in broken else _problem(root / clip, clip, frames)
        if problem:
            bad.add(f"{path.name}: line {line}", problem, len(clips))
            continue
        pictures = pictures_of(root / clip)
        clips[clip] = {"source": tuple(pictures), "target": [frames[_stem(picture.name)][0] for picture in pictures]}
    if not clips:
        raise ZooError(f"{source}: no clip of it can be used" + (f" ({bad.notes[0]})" if bad.notes else ""))
    examples = list(clips.values())
    parts = ([examples[place] for place in part] for part in split_groups(list(clips), validation, test))
    train, held_out, tested = parts
    return Splits(train, held_out, tested, tuple(bad.notes))


def _problem(folder: Path, clip: str, frames: Mapping[str, tuple[str, int]]) -> tuple[int, str]:
    """Why a clip cannot be used, and the line that says so; an empty text where it can."""
    first = next(iter(frames.values()))[1]
    if not folder.is_dir() or Path(clip).is_absolute() or ".." in Path(clip).parts:
        return first, f"no folder '{clip}' of pictures"
    pictures = {_stem(picture.name) for picture in pictures_of(folder)}
    for name, (_, line) in frames.items():
        if name not in pictures:
            return line, f"clip '{clip}' has no frame '{name}'"
    missing = sorted(pictures - set(frames))
    return (first, f"frame '{missing[0]}' of clip '{clip}' has no label") if missing else (0, "")


def pictures_of(folder: Path) -> list[Path]:
    """The pictures of a folder, in the natural order of their names."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in PICTURES and not path.name.startswith("."))
    return sorted(found, key=lambda path: _natural(path.name))


def _stem(name: str) -> str:
    """A picture's name without its ending."""
    return Path(name).stem if name.lower().endswith(PICTURES) else name


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key that puts frame 2 before frame 10."""
    parts = re.split(r"(\d+)", name.lower())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _table(root: Path) -> Path:
    found = sorted(path for path in root.iterdir() if path.name.lower().endswith((".csv", ".tsv", ".jsonl")))
    if len(found) != 1:
        raise ZooError(
            f"{root}: {len(found) or 'no'} tables in it, where one with the columns clip, frame and label is wanted"
        )
    return found[0]
