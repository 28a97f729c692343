"""Reads one file of feature vectors, with a label per row: CSV, TSV or NPZ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from zoo.codecs.feature_array import UNNAMED, FeatureArray, column_key
from zoo.codecs.label import canonical_label
from zoo.data.readers.missing_values import MISSING, fill_missing
from zoo.data.readers.npz import read_npz
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.data.tables.delimited import Delimited, Unfinished, likely_delimiter, named_delimiter
from zoo.data.tables.lines import Lines
from zoo.errors import ZooError, did_you_mean

FRAME_LABELS = ("label", "labels", "phase", "class", "target")
SEQUENCES = ("sequence", "sequence_id", "seq", "seq_id", "recording", "recording_id", "session", "trial", "subject")
"""Names of columns that seldom hold a feature: they say which sequence a row belongs to."""
_ARRAYS = ("features", "source", "x")
_NAMES = ("columns", "names", "feature_names")
_LARGEST = float(np.finfo(np.float32).max)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")


class FeatureFile(NamedTuple):
    """A file of one sequence, or of several.

    Args:
        path: CSV with column names in the first row, a column of labels, and numbers in all others; or NPZ with the
            arrays `features` float [T, D] and `labels` [T], and optionally `columns` [D].
        label: names of the column or array of labels, or its number from 1; the first that exists is used.
        ignore: names or numbers of columns that are not features.
        rename: label -> label to use instead.
        missing: how to fill a missing number (see `zoo.data.readers.missing_values`).
        sequence: name or number of the column with a row's sequence; empty: the file is one sequence.
        encoding: of the text.
    """

    path: Path
    label: Sequence[str] = FRAME_LABELS
    ignore: Sequence[str] = ()
    rename: tuple[tuple[str, str], ...] = ()
    missing: str = "stop"
    sequence: str = ""
    encoding: str = "utf-8"


@dataclass
class FeatureRows:
    """The rows of a file, in order.

    Args:
        columns: names of the features; empty if they have none.
        values: float32 [N, D], NaN for missing numbers.
        labels: of each row, empty if the file has none.
        sequences: the sequence of each row.
        lines: line number of each row, from 1.
        notes: sentences about what was read.
    """

    columns: tuple[str, ...]
    values: np.ndarray
    labels: list[str]
    sequences: list[str]
    lines: list[int]
    notes: list[str] = field(default_factory=list)


def read_feature_file(file: FeatureFile, labelled: bool = True) -> dict[str, FeatureArray | list[str]]:
    """Read a file of one sequence.

    Args:
        file: its description.
        labelled: whether it must have labels; if not, missing labels are empty texts in `target`.

    Returns:
        `source` float32 [T, D], `target` a list of T labels.

    Raises:
        ZooError: names file and line.
    """
    rows = read_feature_rows(file, labelled)
    return {"source": FeatureArray(rows.values, rows.columns), "target": rows.labels}


def read_feature_rows(file: FeatureFile, labelled: bool = True) -> FeatureRows:
    """Read the rows of a file, and fill missing numbers (see `read_feature_file`)."""
    rows = _from_npz(file, labelled) if file.path.suffix.lower() == ".npz" else _CsvReader(file, labelled).read()
    if not len(rows.labels):
        raise ZooError(f"{file.path.name}: no rows")
    how = "forward" if file.missing == "drop" and not labelled else file.missing  # every input row needs an answer
    keep, count = fill_missing(rows.values, rows.sequences, how)
    if count:
        rows.notes.append(f"{file.path.name}: {count:,} missing numbers (data.missing={how})")
    if not keep.all():
        chosen = np.flatnonzero(keep).tolist()
        rows.values = rows.values[chosen]
        rows.labels = [rows.labels[place] for place in chosen]
        rows.sequences = [rows.sequences[place] for place in chosen]
        rows.lines = [rows.lines[place] for place in chosen]
    renamed = dict(file.rename)
    rows.labels = [canonical_label(renamed.get(label, label)) for label in rows.labels]
    return rows


def feature_number(text: str, column: str, place: str, decimal_comma: bool = False) -> float:
    """Read a number.

    Args:
        text: of its field.
        column: its name.
        place: file and line.
        decimal_comma: whether `0,5` means one half.

    Raises:
        ZooError: it is not a finite number.
    """
    number = _as_number(text, decimal_comma)
    if number is None or not np.isfinite(number):
        raise ZooError(f"{place}: {column} is '{text[:40]}', but a number was expected")
    if abs(number) > _LARGEST:
        raise ZooError(f"{place}: {column} is '{text[:40]}', more than {_LARGEST:.3g}, the largest of float32")
    return number


def is_number(text: str, decimal_comma: bool = False) -> bool:
    """Whether a field is a number."""
    return _as_number(text, decimal_comma) is not None


def looks_like_header(fields: Sequence[str], known: Sequence[str] = (), decimal_comma: bool = False) -> bool:
    """Whether the first row of a file of numbers names its columns.

    Args:
        fields: of the row.
        known: names of expected columns.
        decimal_comma: whether `0,5` means one half.
    """
    keys = [column_key(one) for one in fields]
    if {column_key(one) for one in known if not one.isdecimal()} & set(keys):
        return True
    numbers = [place for place, one in enumerate(fields) if is_number(one, decimal_comma) or column_key(one) in MISSING]
    if len(numbers) == len(fields):
        return False
    return not any(is_number(one, decimal_comma) for one in fields) or len(fields) - len(numbers) > 1


def _as_number(text: str, decimal_comma: bool) -> float | None:
    if decimal_comma and _DECIMAL_COMMA.fullmatch(text.strip()):
        text = text.replace(",", ".")
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return None


def _from_npz(file: FeatureFile, labelled: bool) -> FeatureRows:
    name = file.path.name
    held = read_npz(file.path)
    features = next((held[key] for key in _ARRAYS if key in held), None)
    labels = next((held[key] for key in file.label if key in held), None)
    if features is not None and labels is None and not labelled:
        labels = np.full(features.shape[:1], "")
    if features is None or labels is None:
        raise ZooError(f"{name}: it needs the arrays 'features' and 'labels'; it has {', '.join(held) or 'none'}")
    if features.dtype == object:
        try:
            features = features.astype(np.float32)
        except (TypeError, ValueError):
            raise ZooError(f"{name}: features must be numbers, not objects") from None
    if features.ndim != 2 or labels.shape != features.shape[:1] or features.dtype.kind not in "fiub":
        kind = "" if features.dtype.kind in "fiub" else f"{features.dtype} "
        raise ZooError(
            f"{name}: features must be numbers [T, D] and labels [T], not {kind}{features.shape} and {labels.shape}"
        )
    values = features.astype(np.float32)
    unfit = np.isinf(values) | (np.isnan(values) & (file.missing == "stop"))
    if unfit.any():
        row = int(np.argwhere(unfit)[0][0]) + 1
        raise ZooError(f"{name}: row {row}: a feature is not finite (data.missing=forward fills what is missing)")
    names = next((held[key] for key in _NAMES if key in held), np.zeros(0))
    columns = tuple(map(str, names.tolist())) if names.shape == features.shape[1:] else ()
    count = len(values)
    return FeatureRows(
        columns, values, [canonical_label(one) for one in labels.tolist()], [""] * count, list(range(1, count + 1))
    )


class _CsvReader:
    """Reads one file of CSV or TSV.

    Args:
        file: its description.
        labelled: whether it must have labels.
    """

    def __init__(self, file: FeatureFile, labelled: bool) -> None:
        self._file, self._labelled, self._name = file, labelled, file.path.name
        self._form: Delimited | None = None
        self._comma = False  # whether 0,5 means one half
        self._columns: list[str] = []
        self._named = False
        self._label = self._sequence = -1
        self._used: list[int] = []
        self._notes: list[str] = []

    def read(self) -> FeatureRows:
        values: list[list[float]] = []
        labels: list[str] = []
        sequences: list[str] = []
        lines: list[int] = []
        for line in Lines(StoredBytes.of_file(self._file.path, encoding=self._file.encoding)):
            place = f"{self._name}: line {line.number}"
            if line.problem:
                raise ZooError(f"{place}: {line.problem}")
            if not line.text.strip(" \t\r\n,;"):
                continue
            if self._form is None:
                named = named_delimiter(line.text)
                self._form = Delimited(named or likely_delimiter(self._name, line.text))
                self._comma = self._form.delimiter != ","
                if named:
                    continue
            try:
                fields = [one.strip() for one in self._form.fields(line.text)]
            except (Unfinished, ValueError) as error:
                raise ZooError(f"{place}: {error or 'the line ends inside a quote'}") from error
            if not self._columns and self._begin(fields, place):
                continue
            if len(fields) != len(self._columns):
                count = f"{len(fields)} column{'s' if len(fields) > 1 else ''}"
                raise ZooError(f"{place}: {count}, but {len(self._columns)} were expected")
            label = fields[self._label] if self._label >= 0 else ""
            if self._labelled and not label:
                if self._file.missing == "drop":
                    continue
                raise ZooError(f"{place}: the label is empty")
            values.append([self._number(fields[index], self._columns[index], place) for index in self._used])
            labels.append(label)
            sequences.append(fields[self._sequence] if self._sequence >= 0 else "")
            lines.append(line.number)
        array = np.array(values, np.float32).reshape(len(values), len(self._used))
        return self._without_index(array, labels, sequences, lines)

    def _begin(self, fields: list[str], place: str) -> bool:
        """Find the columns from the first row, and return whether it names them."""
        file = self._file
        self._named = looks_like_header(fields, [*file.label, *file.ignore, file.sequence], self._comma)
        numbered = [f"column {number}" for number in range(1, len(fields) + 1)]
        self._columns = [one or f"{UNNAMED}{number}" for number, one in enumerate(fields)] if self._named else numbered
        keys = [column_key(one) for one in self._columns]
        for key in keys:
            if keys.count(key) > 1:
                raise ZooError(f"{place}: two columns have the name '{self._columns[keys.index(key)]}'")
        self._label = self._find(file.label, keys)
        texts = [number for number, one in enumerate(fields) if not is_number(one, self._comma)]
        if self._label < 0 and not self._named and len(texts) == 1:
            self._label = texts[0]
        if self._label < 0 and self._labelled:
            hint = did_you_mean(file.label[0], self._columns) or f"; the columns are {', '.join(self._columns[:8])}"
            raise ZooError(f"{place}: no label column '{file.label[0]}'{hint} (data.label names it)")
        self._sequence = self._find([file.sequence], keys) if file.sequence else -1
        if not file.sequence and self._named and (named := next((key for key in keys if key in SEQUENCES), "")):
            column = self._columns[keys.index(named)]
            self._notes.append(
                f"{self._name}: '{column}' is read as a feature; data.sequence={column} divides the file by it"
            )
        if file.sequence and self._sequence < 0:
            hint = did_you_mean(file.sequence, self._columns)
            raise ZooError(f"{place}: no column '{file.sequence}' of sequence names{hint} (data.sequence)")
        ignored = {self._find([one], keys) for one in file.ignore}
        self._used = [number for number in range(len(fields)) if number not in {self._label, self._sequence, *ignored}]
        if not self._used:
            raise ZooError(f"{place}: no columns of features")
        return self._named

    def _find(self, names: Sequence[str], keys: Sequence[str]) -> int:
        """Return the index of the first column with one of these names, or numbers from 1; -1 if there is none."""
        for name in names:
            if column_key(name) in keys and self._named:
                return keys.index(column_key(name))
        for name in names:
            if name.isdecimal() and 1 <= int(name) <= len(keys):
                return int(name) - 1
        return -1

    def _number(self, text: str, column: str, place: str) -> float:
        if column_key(text) in MISSING:
            if self._file.missing == "stop":
                raise ZooError(
                    f"{place}: {column} is '{text}', but a number was expected "
                    "(data.missing=forward, mean, zero or drop handles missing numbers)"
                )
            return np.nan
        try:
            return feature_number(text, column, place, self._comma)
        except ZooError as error:
            if column_key(column) in SEQUENCES:
                raise ZooError(f"{error}; data.sequence={column} divides the file by it") from error
            raise

    def _without_index(
        self, values: np.ndarray, labels: list[str], sequences: list[str], lines: list[int]
    ) -> FeatureRows:
        """Yield the rows, without an unnamed column of row numbers."""
        names = [self._columns[index] for index in self._used]
        counting = [
            place
            for place, name in enumerate(names)
            if name.startswith(UNNAMED) and len(values) and (np.diff(values[:, place]) == 1).all()
        ]
        notes = list(self._notes)
        if counting and len(counting) < len(names):
            kept = [place for place in range(len(names)) if place not in counting]
            dropped = ", ".join(f"'{names[place]}'" for place in counting)
            notes.append(f"{self._name}: left out the unnamed column {dropped}, which contains row numbers")
            values, names = values[:, kept], [names[place] for place in kept]
        return FeatureRows(tuple(names) if self._named else (), values, labels, sequences, lines, notes)
