"""Sequences of feature vectors with a label a row: a CSV or NPZ file a sequence."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from zoo.codecs.codec import RawValue
from zoo.data.splitting.groups import split_groups
from zoo.data.splitting.names import by_split
from zoo.data.splitting.splits import Splits
from zoo.data.storage.kept_examples import KeptExamples
from zoo.data.storage.lazy_files import LazyFiles
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.data.tables.bad_rows import BadRows
from zoo.data.tables.delimited import Delimited, Unfinished, likely_delimiter
from zoo.data.tables.lines import Lines
from zoo.errors import ZooError, did_you_mean
from zoo.files import expanded

ENDINGS = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".npz")
FRAME_LABELS = ("label", "labels", "phase", "class", "target")
_ARRAYS = ("features", "source", "x")


class FeatureFile(NamedTuple):
    """A sequence in a file of its own.

    Args:
        path: CSV with a row of column names, a column of labels, and numbers in all others; or NPZ with the arrays
            `features` float [T, D] and `labels` [T].
        label: names of the column, or array, of labels; the first that is there is taken.
        ignore: names of columns that are no features.
        rename: label -> the label that it shall be.
    """

    path: Path
    label: Sequence[str] = FRAME_LABELS
    ignore: Sequence[str] = ()
    rename: tuple[tuple[str, str], ...] = ()


def read_features(
    source: str | Path,
    label: Sequence[str] = FRAME_LABELS,
    ignore: Sequence[str] = (),
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
) -> Splits:
    """Read a folder of sequences, whole sequences held out.

    Args:
        source: a folder of CSV or NPZ files, or with such folders named `train`, `validation` and `test`; or one file.
        label: names of the column of labels; the first that is there is taken.
        ignore: names of columns that are no features, such as a timestamp.
        validation: share of the sequences to validate on, where there is no folder for it.
        test: share to test on, where there is none.
        on_error: `stop` at a sequence that cannot be read, or `skip` and count them.

    Returns:
        Splits of examples: `source` float32 [T, D], `target` a list of T labels; read when they are asked for.

    Raises:
        ZooError: names file and line.
    """
    root = expanded(source)
    if not root.exists():
        raise ZooError(f"{source}: no such file or folder")
    splits = by_split(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else {}
    bad = BadRows(on_error)
    width = 0
    kept = KeptExamples()
    found: dict[str, list[FeatureFile]] = {}
    for split, place in (splits or {"train": root}).items():
        paths = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
        for path in paths:
            if path.name.startswith(".") or not path.name.lower().endswith(ENDINGS):
                continue
            one = FeatureFile(path, tuple(label), tuple(ignore))
            try:
                example = read_feature_file(one)
                features = example["source"]
                if width and features.shape[1] != width:
                    raise ZooError(f"{path.name}: {features.shape[1]} features per row, but other files have {width}")
            except ZooError as error:
                place_of, problem = str(error).split(": ", 1)
                bad.add(place_of, problem)
                continue
            width = features.shape[1]
            kept.put(one, example, features.nbytes + 100 * len(features))
            found.setdefault(split, []).append(one)
    if not found.get("train"):
        raise ZooError(f"{source}: no sequences of features to train on; expected one .csv or .npz file each")
    shares = [0.0 if split in splits else share for split, share in (("validation", validation), ("test", test))]
    files = found["train"]
    parts = split_groups([one.path.relative_to(root).as_posix() for one in files], *shares)
    train, held_out, tested = (LazyFiles([files[place] for place in part], read_feature_file, kept) for part in parts)
    if "validation" in found:
        held_out = LazyFiles(found["validation"], read_feature_file, kept)
    if "test" in found:
        tested = LazyFiles(found["test"], read_feature_file, kept)
    return Splits(train, held_out, tested, tuple(bad.notes))


def read_feature_file(file: FeatureFile, labelled: bool = True) -> dict[str, RawValue]:
    """Read one sequence.

    Args:
        file: where it is.
        labelled: whether it must have labels; without, `target` is a list of empty texts where there are none.

    Returns:
        `source` float32 [T, D], `target` a list of T labels.

    Raises:
        ZooError: names file and line.
    """
    example = _read_npz(file, labelled) if file.path.suffix.lower() == ".npz" else _read_csv(file, labelled)
    if not len(example["target"]):
        raise ZooError(f"{file.path.name}: it has no rows")
    renamed = dict(file.rename)
    example["target"] = [renamed.get(label, label) for label in example["target"]]
    return example


def _read_npz(file: FeatureFile, labelled: bool) -> dict[str, RawValue]:
    name = file.path.name
    # RuntimeError: what is encrypted, or packed in a way that zipfile does not know.
    try:
        with np.load(file.path, allow_pickle=False) as arrays:
            held = {key: arrays[key] for key in arrays.files}
    except (OSError, ValueError, EOFError, MemoryError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise ZooError(f"{name}: cannot be read: {str(error).splitlines()[0] if str(error) else 'damaged'}") from error
    features = next((held[key] for key in _ARRAYS if key in held), None)
    labels = next((held[key] for key in file.label if key in held), None)
    if features is not None and labels is None and not labelled:
        labels = np.full(features.shape[:1], "")
    if features is None or labels is None:
        raise ZooError(f"{name}: it needs the arrays 'features' and 'labels'; it has {', '.join(held) or 'none'}")
    if features.ndim != 2 or labels.shape != features.shape[:1] or features.dtype.kind not in "fiu":
        raise ZooError(
            f"{name}: features must be numbers [T, D] and labels [T], not {features.shape} and {labels.shape}"
        )
    if not np.isfinite(features).all():
        raise ZooError(f"{name}: row {int(np.argwhere(~np.isfinite(features))[0][0]) + 1}: a feature is not finite")
    return {"source": features.astype(np.float32), "target": [str(one) for one in labels.tolist()]}


def _read_csv(file: FeatureFile, labelled: bool) -> dict[str, RawValue]:
    name = file.path.name
    values: list[list[float]] = []
    labels: list[str] = []
    form: Delimited | None = None
    columns: list[str] = []
    for line in Lines(StoredBytes.of_file(file.path)):
        place = f"{name}: line {line.number}"
        if line.problem:
            raise ZooError(f"{place}: {line.problem}")
        if not line.text.strip(" \t\r\n,;"):
            continue
        form = form or Delimited(likely_delimiter(name, line.text))
        try:
            fields = [field.strip() for field in form.fields(line.text)]
        except (Unfinished, ValueError) as error:
            raise ZooError(f"{place}: {error or 'the line ends inside a quote'}") from error
        if not columns:
            columns = fields
            target = next((columns.index(one) for one in file.label if one in columns), -1)
            if target < 0 and labelled:
                raise ZooError(f"{place}: no label column '{file.label[0]}'{did_you_mean(file.label[0], columns)}")
            used = [index for index, one in enumerate(columns) if index != target and one not in file.ignore]
            continue
        if len(fields) != len(columns):
            raise ZooError(
                f"{place}: {len(fields)} column{'s' if len(fields) > 1 else ''}, but {len(columns)} were expected"
            )
        if labelled and not fields[target]:
            raise ZooError(f"{place}: the label is empty")
        values.append([feature_number(fields[index], columns[index], place) for index in used])
        labels.append(fields[target] if target >= 0 else "")
    return {"source": np.array(values, np.float32).reshape(len(values), len(used) if columns else 0), "target": labels}


def feature_number(field: str, column: str, place: str) -> float:
    """Read a feature.

    Args:
        field: its text.
        column: its name.
        place: file and line.

    Raises:
        ZooError: it is no finite number.
    """
    try:
        number = float(field)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise ZooError(f"{place}: {column} is '{field[:40]}', but a number was expected")
    return number
