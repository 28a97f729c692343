"""Reads inputs for prediction, from any source that a task can train on; labels are optional."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from zoo.codecs.codec import RawValue
from zoo.codecs.feature_array import column_key
from zoo.codecs.transcode import wide_encoding
from zoo.data.readers.class_folders import LARGEST, text_of
from zoo.data.readers.pairs import two_endings
from zoo.data.splitting.names import split_of
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.data.tables.delimited import Delimited, Unfinished, likely_delimiter, named_delimiter
from zoo.data.tables.json_table import holds_json_lines
from zoo.data.tables.lines import Lines
from zoo.data.tables.open_table import make_table
from zoo.data.tables.table import JSON_ENDINGS, Columns, TableOptions
from zoo.errors import ZooError
from zoo.files import expanded, is_clutter, open_file, read_bytes, reason

INPUT_COLUMNS: Columns = {"source": ("input", "source", "text", "sentence", "prompt", "content")}
"""Default names of the column of inputs."""

_TABLES = (".csv", ".tsv", ".tab", *JSON_ENDINGS)
_HEAD = 1000  # bytes that tell an encoding
_LOOKED_AT = 50  # lines read to tell a table in a .txt file from plain text


class Input(NamedTuple):
    """An input for prediction, and where it came from.

    Attributes:
        value: as `Run.predict` accepts it; None if there is a problem.
        place: file and line, for messages.
        rows: the rows that the answer belongs to, name of a column -> field; one, or one per frame of a sequence.
        problem: why it cannot be answered; empty if it can.
    """

    value: RawValue
    place: str
    rows: tuple[Mapping[str, object], ...] = ()
    problem: str = ""


def read_text_inputs(
    source: str | Path,
    columns: Columns = INPUT_COLUMNS,
    encoding: str = "utf-8",
    settings: Mapping[str, str] | None = None,
    pairs: bool = False,
    read: Callable[[str], RawValue] | None = None,
) -> Iterator[Input]:
    """Read texts one by one.

    Args:
        source: a table (CSV, TSV, JSON); a text file with one input per line; a folder of tables or of one text per
            file; or two aligned files, of which the first is read. All of them may end in `.gz`.
        columns: role -> names of its column, in a table; only `source` is needed.
        encoding: of the text.
        settings: role -> the setting that names its column, for messages.
        pairs: whether the columns are two languages.
        read: converts a text to a raw input, or raises a ZooError.

    Yields: Inputs in the order of the file; bad rows with their problem.

    Raises:
        ZooError: the source cannot be read, or has no column of inputs.
    """
    optional = tuple(role for role in columns if role != "source")
    labels = "" if pairs or "target" not in columns else "target"
    options = TableOptions(columns, "skip", "", encoding, labels, optional, settings or {}, pairs)
    path = expanded(source)
    names = str(source).split(",")
    if len(names) == 2 and not path.exists():
        path = expanded(names[0].strip())
    found = _in_folder(path, options) if path.is_dir() else _in_file(path, options)
    for one in found:
        yield one if read is None or one.problem or not isinstance(one.value, str) else _read(one, read)


def read_lines(path: Path, encoding: str = "utf-8") -> Iterator[Input]:
    """Read a text file with one input per line; empty lines are empty inputs.

    Raises:
        ZooError: the file cannot be read.
    """
    try:
        file = StoredBytes.of_file(path, str(path), encoding)
    except ZooError as error:
        raise ZooError(str(error).replace(f"[Errno 2] No such file or directory: '{path}'", "no such file")) from error
    for line in Lines(file):
        place = f"{path}, line {line.number}"
        if line.problem:
            yield Input(None, place, ({"input": ""},), line.problem.replace(" of the line", ""))
        else:
            text = line.text.rstrip("\r\n")
            yield Input(text, place, ({"input": text},))


def is_table(path: Path, columns: Columns, encoding: str = "utf-8") -> bool:
    """Whether a file is a table rather than plain text.

    Args:
        path: a `.txt` file is a table if its first line names the column of inputs beside others, or if all of its
            lines have the same number of tabs.
        columns: role -> names of its column.
        encoding: of the text.
    """
    name = path.name.lower().removesuffix(".gz")
    if not name.endswith(".txt"):
        return name.endswith(_TABLES)
    if holds_json_lines(path, encoding):
        return True
    texts: list[str] = []
    for line in Lines(StoredBytes.of_file(path, str(path), encoding)):
        if line.problem or len(texts) == _LOOKED_AT:
            break
        if line.text.strip():
            texts.append(line.text)
    if not texts:
        return False
    if named_delimiter(texts[0]):
        return True
    try:
        fields = Delimited(likely_delimiter(path.name, texts[0])).fields(texts[0])
    except (Unfinished, ValueError):
        fields = []
    known = {column_key(name) for name in columns["source"]}
    if len(fields) > 1 and known & {column_key(field) for field in fields}:
        return True
    tabs = {text.count("\t") for text in texts}
    return len(texts) > 2 and len(tabs) == 1 and tabs != {0}


def read_rows(path: Path, options: TableOptions) -> Iterator[Input]:
    """Read the inputs of a table, row by row."""
    table = make_table(path, options)
    noted = 0
    for record in table.records():
        for note in table.notes[noted:]:
            warnings.warn(note, stacklevel=2)
        noted = len(table.notes)
        value = None if record.problem else record.example.get("source")
        yield Input(value, table.place(record.line), (record.row,), record.problem)


def files_below(folder: Path) -> list[Path]:
    """Return all files below a folder except hidden ones, sorted by path."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not is_clutter(path.relative_to(folder)))


def _in_file(path: Path, options: TableOptions) -> Iterator[Input]:
    options = replace(options, encoding=_encoding(path, options.encoding))
    if is_table(path, options.columns, options.encoding):
        return read_rows(path, options)
    return read_lines(path, options.encoding)


def _encoding(path: Path, usual: str) -> str:
    """The encoding of a file: that of the run's data, unless it is recognised as another."""
    try:
        with open_file(path) as stream:
            return wide_encoding(stream.read(_HEAD)) or usual
    except (OSError, ValueError):  # which the reader names
        return usual


def _in_folder(folder: Path, options: TableOptions) -> Iterator[Input]:
    files = sorted(path for path in folder.iterdir() if path.is_file() and not is_clutter(path.name))
    tables = [path for path in files if path.name.lower().removesuffix(".gz").endswith(_TABLES)]
    splits = [path for path in files if split_of(path.name.partition(".")[0])]
    endings = two_endings(splits, options.columns) if options.pairs and not tables else []
    if endings:
        tables = [path for path in splits if path.name.lower().removesuffix(".gz").endswith(endings[0])]
    tables = tables or splits
    found = False
    for path in tables or files_below(folder):
        found = True
        yield from _in_file(path, options) if tables else [_whole(path, folder, _encoding(path, options.encoding))]
    if not found:
        raise ZooError(f"{folder}: no files in this folder")


def _whole(path: Path, folder: Path, encoding: str) -> Input:
    """Read a file as one text."""
    name = path.relative_to(folder).as_posix()
    rows = ({"file": name},)
    try:
        return Input(text_of(read_bytes(path, LARGEST), encoding), name, rows)
    except Exception as error:
        return Input(None, name, rows, reason(error))


def _read(one: Input, read: Callable[[str], RawValue]) -> Input:
    if not one.value.strip():
        return one
    try:
        return one._replace(value=read(one.value))
    except ZooError as error:
        return one._replace(value=None, problem=str(error))


def with_found(columns: Columns, found: Mapping[str, str], explicit: Sequence[str] = ()) -> Columns:
    """Return names of columns, with those used in training first.

    Args:
        columns: role -> names of its column.
        found: role -> name of the column used in training.
        explicit: roles whose column is named by a setting.
    """
    return {
        role: names if role in explicit or found.get(role, "0").isdecimal() else (found[role], *names)
        for role, names in columns.items()
    }
