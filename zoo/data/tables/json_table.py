"""Reads tables of JSON: an object per line, or an array of objects."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from zoo.codecs.transcode import is_utf8
from zoo.data.splitting.names import split_of
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.data.tables.languages import language_columns
from zoo.data.tables.lines import Lines
from zoo.data.tables.table import SPLIT_COLUMNS, Cell, Record, Table, TableOptions
from zoo.errors import ZooError, did_you_mean
from zoo.files import file_errors, reason

LARGEST_DOCUMENT = 1 << 28
"""Bytes of a JSON file that is read as a whole; JSON lines may be of any size."""


class JsonTable(Table):
    """Reads JSON (see `Table`): objects of texts, numbers, or lists of them; nested objects are flattened.

    An array, or an object with one array of objects, is a table as well, and is read at once.
    """

    def __init__(self, path: Path, options: TableOptions) -> None:
        super().__init__(path, options)
        if self._is_document():
            self.unit = "record"
            self._file = _unfolded(self._file, self.name)
            self._lines = Lines(self._file)

    def records(self) -> Iterator[Record]:
        """All rows, in the order of the file."""
        for line in self._lines:
            if line.problem or line.text.strip():
                row: Mapping[str, object] = {}
                example: Mapping[str, Cell] = {}
                problem, split = line.problem, ""
                if not problem:
                    try:
                        row = self._row(line.text)
                        example = self._chosen(row)
                        split = next((split_of(str(row[name])) for name in SPLIT_COLUMNS if name in row), "")
                    except ValueError as error:
                        problem = str(error)
                yield Record(line.number, line.offset, line.length, dict(row), example, problem, split)  # type: ignore[arg-type]

    def _parse(self, text: str) -> Mapping[str, Cell]:
        return self._chosen(self._row(text))

    def _row(self, text: str) -> dict[str, object]:
        try:
            record = json.loads(text)
        except Exception as error:
            raise ValueError(f"not JSON: {getattr(error, 'msg', None) or reason(error)}") from error
        if not isinstance(record, dict):
            raise ValueError("not a JSON object; each line must be one")
        for value in list(record.values()):
            if isinstance(value, dict):  # {"translation": {"en": ..., "fr": ...}}
                for inner, inner_value in value.items():
                    record.setdefault(inner, inner_value)
        return record

    def _chosen(self, row: Mapping[str, object]) -> dict[str, Cell]:
        example: dict[str, Cell] = {}
        lowered = {name.strip().lower(): name for name in reversed(list(row))}
        for role, accepted in self.options.columns.items():
            name = next((name for name in accepted if name in row), None)
            name = name or next((lowered[one.lower()] for one in accepted if one.lower() in lowered), None)
            if name is None and self.options.pairs:
                name = language_columns(list(row)).get(role)
            if name is None:
                if role in self.options.optional:
                    continue
                hint = did_you_mean(accepted[0], row) or f"; it has {', '.join(list(row)[:8])}"
                setting = self.options.settings.get(role)
                raise ValueError(f"no '{accepted[0]}' for {role}{hint}{f' ({setting} names it)' if setting else ''}")
            try:
                example[role] = _json_value(row[name], role, self.options.plain)
            except ValueError:
                if role not in self.options.optional:
                    raise
            else:
                self.found.setdefault(role, name)
        names = [self.found.get(role) for role in self.options.required]
        if None not in names and len(set(names)) < len(names):
            raise ZooError(f"{self.name}: {' and '.join(self.options.required)} are the same column, '{names[0]}'")
        return self._canonical(example)

    def _is_document(self) -> bool:
        """Whether the file is one JSON value rather than one per line."""
        for line in self._lines:
            self._lines.give_back([line])
            text = line.text.strip()
            if text:
                if text.startswith("["):
                    return True
                try:
                    value = json.loads(text)
                except Exception:
                    return text in ("{", '{"') or not text.endswith("}")
                # One object on one line, which contains the rows.
                return _rows_in(value) is not None
            next(self._lines)
        return False


def holds_json_lines(path: Path, encoding: str = "utf-8") -> bool:
    """Whether the first line of a file is a JSON object, whatever the file is called.

    Raises:
        ZooError: the file cannot be read.
    """
    if path.suffix.lower() == ".gz" or not is_utf8(encoding):  # which would have to be unpacked for that
        return False
    for line in Lines(StoredBytes.of_file(path)):
        if line.problem or line.text.strip():
            try:
                return not line.problem and isinstance(json.loads(line.text), dict)
            except Exception:
                return False
    return False


def _rows_in(value: object) -> list[object] | None:
    """Return the records of a JSON document: an array, or the only array of objects in an object."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        if columns := _columns_in(value):
            return columns
        arrays = [inner for inner in value.values() if isinstance(inner, list) and inner and isinstance(inner[0], dict)]
        if len(arrays) == 1:
            return arrays[0]
    return None


def _columns_in(value: Mapping[str, object]) -> list[object] | None:
    """Return the records of a table that was written column by column, as pandas writes it."""
    columns = list(value.values())
    first = columns[0] if len(columns) > 1 else None
    if not isinstance(first, dict) or not first or not all(key.isdecimal() for key in first):
        return None
    if not all(isinstance(one, dict) and one.keys() == first.keys() for one in columns):
        return None
    return [{name: column[key] for name, column in value.items()} for key in first]  # type: ignore[index]


def _unfolded(file: StoredBytes, name: str) -> StoredBytes:
    """Convert a JSON document to a file with a record per line."""
    size = file.stream.seek(0, 2)
    if size > LARGEST_DOCUMENT:
        raise ZooError(
            f"{name}: one JSON value of {size:,} bytes is more than the {LARGEST_DOCUMENT:,} that are read as a whole; "
            "write JSON lines, an object on each line"
        )
    with file_errors(name, "not JSON"):
        value = json.loads(file.read(0, size).decode("utf-8-sig"))
    rows = _rows_in(value)
    if rows is None:
        raise ZooError(f"{name}: expected an array of objects, or an object on each line")
    unfolded = tempfile.TemporaryFile(prefix="zoo-json-")  # noqa: SIM115
    with file_errors(name):
        for row in rows:
            unfolded.write(json.dumps(row).encode() + b"\n")
        unfolded.flush()
    return StoredBytes(unfolded, name)


def _json_value(value: object, role: str, plain: bool = False) -> Cell:
    """Return a text or a list of texts; numbers and truth values as written in JSON."""
    if isinstance(value, list) and value:
        if plain:
            raise ValueError(f"{role} is an array, but text was expected")
        return [_json_value(one, role) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{role} is {json.dumps(value)}, but text was expected")
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if not isinstance(value, str):
        kind = {dict: "an object", list: "an empty array", type(None): "null"}.get(type(value), type(value).__name__)
        raise ValueError(f"{role} is {kind}, but text was expected")
    if not value.strip():
        raise ValueError(f"{role} is empty")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"{role} contains half a UTF-16 pair, which is not text") from None
    return value.strip()
