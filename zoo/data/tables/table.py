"""A user's table: CSV, TSV or JSON, of any size."""

from __future__ import annotations

import abc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from zoo.codecs.label import canonical_label
from zoo.data.splitting.names import split_of
from zoo.data.splitting.splits import Splits
from zoo.data.storage.kept_examples import KeptExamples
from zoo.data.storage.record_index import RecordIndex
from zoo.data.storage.rows import Rows
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.data.tables.bad_rows import BadRows
from zoo.data.tables.lines import Lines
from zoo.errors import ZooError

JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
TABLE_ENDINGS = (".csv", ".tsv", ".tab", ".txt", *JSON_ENDINGS)
SPLIT_COLUMNS = ("split", "set", "subset", "partition")
"""Names of a column with a row's split."""

Cell = str | list["Cell"]
"""A field of a row: text, or a list of texts in JSON."""

Columns = Mapping[str, Sequence[str]]
"""Role -> names of its column, or its number from 1; the first name in the file is used."""


@dataclass(frozen=True)
class TableOptions:
    """Options for reading a table.

    Args:
        columns: to read.
        on_error: `stop` at a bad row, or `skip` and count them.
        quotes: see `zoo.data.tables.delimited.Delimited`; by default `csv` in CSV and `auto` in TSV.
        encoding: of the text.
        labels: the role whose values are classes: 1 and 1.0 are the same class, and each class has a training row.
        optional: roles that a table may lack.
        settings: role -> the setting that names its column, for messages.
        plain: whether every field is one text, not a list of texts.
        pairs: whether source and target are the same text in two languages: then columns are recognised by the names of
            languages, and other columns are ignored.
    """

    columns: Columns
    on_error: str = "stop"
    quotes: str = ""
    encoding: str = "utf-8"
    labels: str = ""
    optional: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    pairs: bool = False
    plain: bool = False

    @property
    def required(self) -> list[str]:
        """Roles that a table must have."""
        return [role for role in self.columns if role not in self.optional]


class Record(NamedTuple):
    """A row of a table.

    Args:
        line: its line number from 1, or its record number in a JSON array.
        offset: of its first byte.
        length: in bytes.
        row: name of a column -> its field; empty if the row cannot be read.
        example: role -> its field; empty if there is a problem.
        problem: why it cannot be used.
        split: of the row, if the table has such a column.
    """

    line: int
    offset: int
    length: int
    row: Mapping[str, Cell]
    example: Mapping[str, Cell]
    problem: str = ""
    split: str = ""


class Table(abc.ABC):
    """The rows of a table: one by one (`records`), or indexed once and then read by number (`rows`).

    Empty rows are skipped. Surrounding white space is stripped.

    Args:
        path: the file; a `.gz` is decompressed first.
        options: for reading it.

    Attributes:
        name: of the file.
        notes: sentences about what was read.
        bad: skipped rows.
        found: role -> name or number of its column, once the first row has been read.

    Raises:
        ZooError: the file cannot be read.
    """

    unit = "line"
    """The unit of record numbers: lines or records."""

    def __init__(self, path: Path, options: TableOptions) -> None:
        self.name = path.name
        self.notes: list[str] = []
        self.bad = BadRows(options.on_error)
        self.found: dict[str, str] = {}
        self.options = options
        self._file = StoredBytes.of_file(path, encoding=options.encoding)
        self._index = RecordIndex()
        self._kept = KeptExamples()
        self._lines = Lines(self._file)

    def index(self) -> Table:
        """Read and check all rows once, and store their positions.

        Raises:
            ZooError: a row cannot be read; names the line.
        """
        label = self.options.labels
        for record in self.records():
            if record.problem:
                self.bad.add(self.place(record.line), record.problem, len(self._index))
                continue
            key = str(next(iter(record.example.values())))
            group = str(record.example[label]) if label in record.example else ""
            self._index.append([record.offset], [record.length], record.line, key, group, record.split)
            self._kept.put(record.line, record.example, record.length)
        self.notes += self.bad.notes
        if not len(self._index):
            raise ZooError(f"{self.name}: it has no examples" + (f" ({self.notes[-1]})" if self.bad.count else ""))
        return self

    @abc.abstractmethod
    def records(self) -> Iterator[Record]:
        """Yield all rows, in the order of the file; call this only once."""

    @abc.abstractmethod
    def _parse(self, text: str) -> Mapping[str, Cell]:
        """Return the example of a row read before; raise ValueError if it has changed."""

    def rows(self) -> Rows:
        """Return all indexed rows, in the order of the file."""
        return Rows([self._file], self._index, self._example_of, self._kept)

    def split(self, validation: float, test: float) -> Splits:
        """Split the rows as the table says, or by their content (see `RecordIndex.split`)."""
        return self.rows().split(validation, test, self.notes, self.found)

    def place(self, line: int) -> str:
        """Return a record's place, for messages."""
        return f"{self.name}: {self.unit} {line}"

    def _canonical(self, example: dict[str, Cell]) -> dict[str, Cell]:
        """Return an example with its label in the normal form."""
        label = example.get(self.options.labels)
        if isinstance(label, str):
            example[self.options.labels] = canonical_label(label)
        return example

    def _example_of(self, parts: list[bytes], line: int) -> Mapping[str, Cell]:
        try:
            return self._parse(parts[0].decode())
        except ValueError as error:
            raise ZooError(f"{self.place(line)}: the file changed while it was in use") from error


def split_column(names: Sequence[str], values: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Find the column with the split.

    Args:
        names: of the columns.
        values: of each column, in some of the rows.

    Returns:
        Its name, or an empty text; and a sentence about a column that seems to hold splits but holds something else.
    """
    note = ""
    for name in names:
        if name.strip().lower() not in SPLIT_COLUMNS or not values[name]:
            continue
        other = next((value for value in values[name] if not split_of(value)), None)
        if other is None:
            return name, ""
        if any(map(split_of, values[name])):
            note = f"the column '{name}' is not used: it holds {other!r} beside names of splits"
    return "", note
