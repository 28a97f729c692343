"""Reads sequences of frames to label, from any source that the task can train on; labels are optional."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from zoo.codecs.codec import RawValue
from zoo.data.readers.clip import IMAGE_ENDINGS, images_in
from zoo.data.readers.feature_file import FRAME_LABELS, FeatureFile, FeatureRows, read_feature_rows
from zoo.data.readers.features import FEATURE_ENDINGS, FeatureSequence, sequences_of
from zoo.data.readers.inputs import Input, files_below, read_lines
from zoo.data.readers.video import VIDEO_ENDINGS, Video
from zoo.errors import ZooError
from zoo.files import expanded, is_clutter


def read_sequence_inputs(
    source: str | Path,
    read: Callable[[str], RawValue],
    label: Sequence[str] = FRAME_LABELS,
    ignore: Sequence[str] = (),
    missing: str = "stop",
    sequence: str = "",
    encoding: str = "utf-8",
) -> Iterator[Input]:
    """Read sequences of frames.

    Args:
        source: a file of features (CSV, TSV, NPZ); a video; a folder of such files, of clips or of images; or a text
            file with the path of a sequence per line.
        read: reads the sequence at a path, or raises a ZooError.
        label: names of the column of labels, or its number from 1.
        ignore: names or numbers of columns that are not features.
        missing: what to do about missing numbers (see `zoo.data.readers.missing_values`).
        sequence: the column with a row's sequence; empty: each file is one sequence.
        encoding: of the text.

    Yields:
        One input per sequence, with a row per frame.

    Raises:
        ZooError: the source cannot be read.
    """
    path = expanded(source)
    if _lists_paths(path, encoding):
        for one in read_lines(path, encoding):
            yield one if one.problem or not one.value.strip() else _read(one.value, read, one)
        return
    if path.is_dir():
        places = _sequences_in(path)
        if not places:
            raise ZooError(f"{source}: no sequences in this folder: no .csv or .npz files, videos or folders of images")
    elif path.exists():
        places = [path]
    else:
        raise ZooError(f"{source}: cannot be read: no such file or folder")
    for place in places:
        name = place.relative_to(path).as_posix() if place != path else path.name
        if place.is_dir() or place.suffix.lower() in VIDEO_ENDINGS:
            one = _read(str(place), read, Input(None, name, ({"clip": name},)))
            yield one if one.problem else one._replace(rows=_clip_rows(one.value, name))
            continue
        file = FeatureFile(place, tuple(label) or FRAME_LABELS, tuple(ignore), (), missing, sequence, encoding)
        try:
            rows = read_feature_rows(file, labelled=False)
        except ZooError as error:
            yield Input(None, name, ({"file": name},), str(error))
            continue
        beside = {"file": name} if place != path else {}
        for found in sequences_of(rows, name):
            yield Input(found.example["source"], found.name, tuple(_frame_rows(found, rows, sequence, beside)))


def _read(text: str, read: Callable[[str], RawValue], one: Input) -> Input:
    try:
        return one._replace(value=read(text))
    except ZooError as error:
        return one._replace(value=None, problem=str(error))


def _sequences_in(folder: Path) -> list[Path]:
    """Find the clips or feature files of a folder; return the folder itself if it is a clip."""
    if images_in(folder):
        return [folder]
    inner = sorted(path for path in folder.iterdir() if not is_clutter(path.name))
    clips = [path for path in inner if (path.is_dir() and images_in(path)) or path.suffix.lower() in VIDEO_ENDINGS]
    return clips or [path for path in files_below(folder) if path.name.lower().endswith(FEATURE_ENDINGS)]


def _lists_paths(path: Path, encoding: str) -> bool:
    """Whether a file is a list of paths rather than a sequence."""
    name = path.name.lower().removesuffix(".gz")
    if not path.is_file() or name.endswith((*FEATURE_ENDINGS, *VIDEO_ENDINGS, *IMAGE_ENDINGS)):
        return False
    first = next((one.value.strip() for one in read_lines(path, encoding) if one.value and one.value.strip()), "")
    try:
        return expanded(first).exists() if first else False
    except (OSError, ValueError):
        return False


def _clip_rows(clip: RawValue, name: str) -> tuple[Mapping[str, object], ...]:
    if isinstance(clip, Video):
        return tuple({"clip": name, "frame": number} for number in range(len(clip)))
    return tuple({"clip": name, "frame": frame.name} for frame in clip)


def _frame_rows(
    found: FeatureSequence, rows: FeatureRows, sequence: str, beside: Mapping[str, str]
) -> Iterator[Mapping[str, object]]:
    """Return the rows of a sequence of features, as in the file."""
    values = found.example["source"]
    columns = rows.columns or tuple(str(number) for number in range(1, values.shape[1] + 1))
    key = found.name.rpartition(": ")[2] if sequence else ""
    for frame, label in zip(values, found.example["target"], strict=True):
        row: dict[str, object] = dict(beside)
        if sequence:
            row[sequence] = key
        row |= {name: float(str(value)) for name, value in zip(columns, frame, strict=True)}
        yield row | ({"label": label} if label else {})
