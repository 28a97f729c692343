"""A user's table: CSV, TSV or JSON lines, of any size."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from pathlib import Path

from zoo.data.splitting.splits import Splits
from zoo.data.storage.kept_examples import KeptExamples
from zoo.data.storage.record_index import RecordIndex
from zoo.data.storage.rows import Rows
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.data.tables.bad_rows import BadRows
from zoo.data.tables.lines import Lines
from zoo.errors import ZooError
from zoo.files import expanded

JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
TABLE_ENDINGS = (".csv", ".tsv", ".tab", ".txt", *JSON_ENDINGS)

Cell = str | list["Cell"]
"""A field of a row: text, or in JSON a list of texts."""

Columns = Mapping[str, Sequence[str]]
"""Role -> names of the column that it may come from, or its number from 1; the first that the file has is taken."""


class Table(abc.ABC):
    """Reads the rows of a table once, and keeps where they lie.

    Empty rows are no rows. Text is stripped of the white space around it.

    Args:
        path: the file; a `.gz` is unpacked first.
        columns: what is read.
        on_error: `stop` at a bad row, or `skip` and count them.
        encoding: of the text.

    Attributes:
        name: of the file.
        notes: sentences about what was read.
        bad: what was left out.

    Raises:
        ZooError: the file, or a row of it, cannot be read; names the line.
    """

    def __init__(self, path: Path, columns: Columns, on_error: str = "stop", encoding: str = "utf-8") -> None:
        self.name = path.name
        self.notes: list[str] = []
        self._columns = columns
        self._encoding = encoding
        self._file = StoredBytes.of_file(path)
        self.bad = BadRows(on_error)
        self._index = RecordIndex()
        self._kept = KeptExamples()
        self._lines = Lines(self._file, encoding)
        self._read()
        self.notes += self.bad.notes
        if not len(self._index):
            raise ZooError(f"{self.name}: it has no examples" + (f" ({self.notes[-1]})" if self.bad.count else ""))

    def rows(self) -> Rows:
        """All rows, in the order of the file."""
        return Rows([self._file], self._index, self._example_of, self._kept)

    def split(self, validation: float, test: float) -> Splits:
        """The rows, divided by their content (see `RecordIndex.split`)."""
        return self.rows().split(validation, test, self.notes)

    @abc.abstractmethod
    def _read(self) -> None:
        """Go through the lines, and keep or report each row."""

    @abc.abstractmethod
    def _parse(self, text: str) -> dict[str, Cell]:
        """The example of a row that was kept; ValueError where it is not what it was."""

    def _keep(self, offset: int, length: int, line: int, example: dict[str, Cell]) -> None:
        self._index.append([offset], [length], line, str(next(iter(example.values()))))
        self._kept.put(line, example, length)

    def _report(self, line: int, problem: str) -> None:
        self.bad.add(f"{self.name}: line {line}", problem, len(self._index))

    def _example_of(self, parts: list[bytes], line: int) -> dict[str, Cell]:
        try:
            return self._parse(parts[0].decode(self._encoding))
        except ValueError as error:
            raise ZooError(f"{self.name}: line {line}: the file changed while it was in use") from error


def open_table(
    path: str | Path, columns: Columns, on_error: str = "stop", quotes: str = "", encoding: str = "utf-8"
) -> Table:
    """Read a table by the ending of its name.

    Args:
        path: `.csv` (with commas, semicolons or tabs), `.tsv`, `.jsonl`, and the same with `.gz`.
        columns: role -> names of its column.
        on_error: `stop` or `skip`.
        quotes: see `Delimited`; by default `csv` in CSV and `auto` in TSV.
        encoding: of the text.

    Returns:
        The table, its rows checked.

    Raises:
        ZooError: names file and line.
    """
    path = expanded(path)
    if path.name.lower().removesuffix(".gz").endswith(JSON_ENDINGS):
        from zoo.data.tables.json_table import JsonTable

        return JsonTable(path, columns, on_error, encoding)
    from zoo.data.tables.delimited_table import DelimitedTable

    return DelimitedTable(path, columns, on_error, encoding, quotes)


def read_table(
    path: str | Path,
    columns: Columns,
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    quotes: str = "",
    encoding: str = "utf-8",
) -> Splits:
    """Read a table, and split it by the content of its first role.

    Args:
        path: see `open_table`.
        columns: role -> names of its column.
        validation: share of the rows to validate on.
        test: share of the rows to test on.
        on_error: `stop` or `skip`.
        quotes: see `Delimited`.
        encoding: of the text.

    Returns:
        Splits of examples with the roles of `columns`, all text.

    Raises:
        ZooError: names file and line.
    """
    return open_table(path, columns, on_error, quotes, encoding).split(validation, test)
