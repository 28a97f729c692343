"""Reads sequences of feature vectors, with a label per row: a CSV or NPZ file per sequence, or one file of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from zoo.codecs.feature_array import FeatureArray, column_order
from zoo.data.readers.feature_file import FRAME_LABELS, FeatureFile, FeatureRows, read_feature_file, read_feature_rows
from zoo.data.splitting.groups import split_groups
from zoo.data.splitting.names import by_split
from zoo.data.splitting.splits import Example, Examples, Splits
from zoo.data.storage.kept_examples import KeptExamples
from zoo.data.storage.lazy_files import LazyFiles
from zoo.data.tables.bad_rows import BadRows
from zoo.errors import ZooError
from zoo.files import expanded, is_clutter

FEATURE_ENDINGS = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".npz")


class FeatureSequence(NamedTuple):
    """A sequence of a file.

    Args:
        name: of the file, and of the sequence in it.
        lines: line numbers of its rows, from 1.
        example: `source` float32 [T, D] and `target`, T labels.
    """

    name: str
    lines: Sequence[int]
    example: Example


def read_features(
    source: str | Path,
    label: Sequence[str] = FRAME_LABELS,
    ignore: Sequence[str] = (),
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    missing: str = "stop",
    sequence: str = "",
    encoding: str = "utf-8",
    classes: bool = True,
) -> Splits:
    """Read sequences of feature vectors, and hold out whole sequences.

    Features are matched by column name, so files may order their columns differently.

    Args:
        source: a folder of CSV or NPZ files, or of such folders named `train`, `validation` and `test`; or one file.
        label: names of the column of labels, or its number from 1; the first that exists is used.
        ignore: names or numbers of columns that are not features, such as a timestamp.
        validation: share of the sequences for validation, if there is no folder for it.
        test: share for testing, if there is no folder for it.
        on_error: `stop` at a sequence that cannot be read, or `skip` and count them.
        missing: how to fill missing numbers (see `zoo.data.readers.missing_values`).
        sequence: the column with a row's sequence; empty: each file is one sequence.
        encoding: of the text.
        classes: whether each label is one class, which every split should have; not for numbers.

    Returns:
        Splits of examples: `source` float32 [T, D], `target` a list of T labels; read on demand.

    Raises:
        ZooError: names file and line.
    """
    root = expanded(source)
    splits = by_split(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else {}
    bad = BadRows(on_error)
    kept = KeptExamples()
    notes: list[str] = []
    columns: tuple[str, ...] | None = None
    width = 0
    files: dict[str, list[FeatureFile]] = {}
    long: dict[str, list[Example]] = {}  # of files with several sequences
    keys: dict[str, list[str]] = {}
    labels: dict[str, list[set[str]]] = {}
    for split, place in (splits or {"train": root}).items():
        for path in feature_paths(place):
            file = FeatureFile(path, tuple(label), tuple(ignore), (), missing, sequence, encoding)
            try:
                rows = read_feature_rows(file)
                columns, width = _same_columns(rows, columns, width, path.name)
            except ZooError as error:
                place_of, problem = str(error).split(": ", 1)
                bad.add(place_of, problem)
                continue
            notes += rows.notes
            for one in sequences_of(rows, path.relative_to(root).as_posix() if path != root else path.name):
                keys.setdefault(split, []).append(one.name)
                labels.setdefault(split, []).append(set(one.example["target"]))
                if sequence:
                    long.setdefault(split, []).append(one.example)
                else:
                    kept.put(file, one.example, one.example["source"].nbytes + 100 * len(one.lines))
            files.setdefault(split, []).append(file)
    if not files.get("train"):
        raise ZooError(f"{source}: no sequences of features to train on; expected one .csv or .npz file each")

    def chosen(split: str, places: Sequence[int]) -> Examples:
        if sequence:
            return [long[split][place] for place in places]
        return LazyFiles([files[split][place] for place in places], read_feature_file, kept)

    shares = [0.0 if split in splits else share for split, share in (("validation", validation), ("test", test))]
    parts = split_groups(keys["train"], shares[0], shares[1], labels["train"] if classes else ())
    cut = {name: chosen("train", part) for name, part in zip(("train", "validation", "test"), parts, strict=True)}
    for split in files.keys() - {"train"}:
        cut[split] = chosen(split, range(len(keys[split])))
    return Splits(cut["train"], cut["validation"], cut["test"], (*_summary(notes), *bad.notes))


def feature_paths(place: Path) -> list[Path]:
    """Find the files of sequences below a folder, or return the file itself.

    Raises:
        ZooError: the path does not exist.
    """
    if not place.exists():
        raise ZooError(f"{place}: no such file or folder")
    if place.is_file():
        return [place]
    paths = sorted(path for path in place.rglob("*") if path.is_file())
    return [
        path
        for path in paths
        if path.name.lower().endswith(FEATURE_ENDINGS) and not is_clutter(path.relative_to(place))
    ]


def sequences_of(rows: FeatureRows, name: str) -> Iterator[FeatureSequence]:
    """Divide a file's rows into sequences, in the order in which they begin.

    Args:
        rows: of the file.
        name: of the file.
    """
    places: dict[str, list[int]] = {}
    for place, sequence in enumerate(rows.sequences):
        places.setdefault(sequence, []).append(place)
    for sequence, chosen in places.items():
        values = FeatureArray(rows.values[chosen], rows.columns)
        labels = [rows.labels[place] for place in chosen]
        lines = [rows.lines[place] for place in chosen]
        yield FeatureSequence(f"{name}: {sequence}" if sequence else name, lines, {"source": values, "target": labels})


def _same_columns(
    rows: FeatureRows, columns: tuple[str, ...] | None, width: int, name: str
) -> tuple[tuple[str, ...], int]:
    """Return the columns of all files; raise ZooError if this file has others."""
    try:
        if columns and rows.columns:
            column_order(rows.columns, columns)
        elif width and rows.values.shape[1] != width:
            raise ZooError(f"{rows.values.shape[1]} features per row, but other files have {width}")
    except ZooError as error:
        raise ZooError(f"{name}: {error}") from error
    return columns or rows.columns, width or rows.values.shape[1]


def _summary(notes: Sequence[str], most: int = 3) -> list[str]:
    """Return the first notes, and how many more there are."""
    more = [f"and likewise in {len(notes) - most} more files"] if len(notes) > most else []
    return [*notes[:most], *more]
