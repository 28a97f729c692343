"""Reads clips, each a folder of images or a video file, with a table that labels the frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from zoo.codecs.codec import RawValue
from zoo.codecs.label import canonical_label
from zoo.data.readers.clip import ClipProblem, LabelRow, read_clip
from zoo.data.splitting.groups import split_groups
from zoo.data.splitting.splits import Splits
from zoo.data.tables.bad_rows import BadRows
from zoo.data.tables.open_table import open_table
from zoo.errors import ZooError
from zoo.files import expanded, is_clutter

CLIP_COLUMNS = {"clip": ("clip", "video"), "frame": ("frame", "picture", "image"), "label": ("label", "class")}


def read_clips(
    source: str | Path,
    labels: str | Path = "",
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    columns: Mapping[str, Sequence[str]] = CLIP_COLUMNS,
    encoding: str = "utf-8",
) -> Splits:
    """Read a folder of clips, and hold out whole clips.

    Args:
        source: a folder with a folder of images per clip, in the natural order of their names; or with a video file per
            clip (see `zoo.data.readers.video`).
        labels: a table with the columns `clip`, `frame` (an image's name, with or without its ending; for a video, the
            frame's number from 0 or from 1) and `label`, with one row per frame in any order; by default the only table
            in the folder.
        validation: share of the clips for validation.
        test: share of the clips for testing.
        on_error: `stop` at a clip with a frame without label or a label without frame, or `skip` and count such clips;
            `skip` opens every image once, to leave out clips with damaged ones.
        columns: role (`clip`, `frame`, `label`) -> names of its column.
        encoding: of the table.

    Returns:
        Splits of examples: `source` a tuple of the frames' paths, or a `Video`; `target` a list of their labels.

    Raises:
        ZooError: names file and line.
    """
    root = expanded(source)
    if not root.is_dir():
        raise ZooError(f"{source}: no such folder")
    path = expanded(labels) if labels else _table(root)
    table = open_table(path, columns, on_error, encoding=encoding)
    bad = BadRows(on_error)
    bad.include(table.bad)
    labelled: dict[str, list[LabelRow]] = {}
    for line, row in table.rows().with_lines():
        labelled.setdefault(str(row["clip"]), []).append(
            LabelRow(line, str(row["frame"]), canonical_label(row["label"]))
        )
    clips: dict[str, RawValue] = {}
    for clip, rows in labelled.items():
        try:
            clips[clip] = read_clip(root, clip, rows, bad.skips)
        except ClipProblem as problem:
            bad.add(f"{path.name}: line {problem.line}", str(problem), len(clips))
    if not clips:
        raise ZooError(f"{source}: none of its clips can be used" + (f" ({bad.notes[0]})" if bad.notes else ""))
    examples = list(clips.values())
    kinds = [set(example["target"]) for example in examples]
    parts = ([examples[place] for place in part] for part in split_groups(list(clips), validation, test, kinds))
    train, held_out, tested = parts
    return Splits(train, held_out, tested, tuple(bad.notes))


def _is_table(name: str) -> bool:
    return name.lower().endswith((".csv", ".tsv", ".jsonl")) and not is_clutter(name)


def _table(root: Path) -> Path:
    found = sorted(path for path in root.iterdir() if _is_table(path.name))
    if len(found) != 1:
        raise ZooError(f"{root}: {len(found) or 'no'} tables; expected one with the columns clip, frame and label")
    return found[0]
