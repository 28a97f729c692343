"""Tables of CSV and TSV."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from zoo.data.splitting.names import split_of
from zoo.data.tables.delimited import Delimited, Unfinished, likely_delimiter, named_delimiter
from zoo.data.tables.header import find_header
from zoo.data.tables.lines import LONGEST, Line
from zoo.data.tables.table import Cell, Record, Table, TableOptions, split_column
from zoo.errors import ZooError

_SAMPLE = 200  # rows sampled to find the columns


class _Fields(NamedTuple):
    lines: list[Line]
    fields: list[str]
    problem: str


class DelimitedTable(Table):
    """Reads CSV and TSV (see `Table`).

    The first row is a header if it contains a name for every role, or if it is unlike the others (see
    `zoo.data.tables.header`). A role with a single name is never guessed. The first line may be `sep=;`.

    Args:
        path: the file.
        options: for reading it.
    """

    def __init__(self, path: Path, options: TableOptions) -> None:
        super().__init__(path, options)
        self._format = Delimited(",")
        self._places: Mapping[str, int] = {}
        self._split = -1
        self._named = False
        self._repeated = 0

    def records(self) -> Iterator[Record]:
        """Yield all rows, in the order of the file."""
        first = self._first_line()
        delimiter = named_delimiter(first.text)
        if delimiter:
            next(self._lines)
            first = self._first_line()
        delimiter = delimiter or likely_delimiter(self.name, first.text)
        self._format = Delimited(delimiter, self.options.quotes or ("csv" if delimiter != "\t" else "auto"))
        found = self._fields()
        sample: list[_Fields] = []
        for one in found:
            sample.append(one)
            if len(sample) > _SAMPLE:
                break
        names = self._find_columns(sample)
        for one in chain(sample, found):
            if self._named and not one.problem and tuple(field.strip() for field in one.fields) == names:
                self._repeated += 1  # of files that were put one after another
                continue
            yield from self._record(one, names)
        if self._repeated:
            self.notes.append(f"{self.name}: left out {_rows(self._repeated)} that repeat the column names")

    def _find_columns(self, sample: list[_Fields]) -> tuple[str, ...]:
        """Find the columns from the first rows, and remove the header."""
        place, first = next(((place, one) for place, one in enumerate(sample) if not one.problem), (0, None))
        if first is None:
            return ()
        count = len(first.fields)
        self._format.columns = count
        rows = [one.fields for one in sample[place:] if not one.problem and len(one.fields) == count]
        header = find_header(rows, self.options, f"{self.name}: line {first.lines[0].number}")
        self._places = header.places
        self.found = {role: header.names[number] for role, number in header.places.items()}
        if header.note:
            self.notes.append(header.note)
        self._named = header.named
        if header.named:
            del sample[place]
            values = {name: [row[number].strip() for row in rows[1:]] for number, name in enumerate(header.names)}
            column, note = split_column(header.names, values)
            self.notes += [f"{self.name}: {note}"] if note else []
            self._split = header.names.index(column) if column else -1
        return header.names

    def _record(self, one: _Fields, names: tuple[str, ...]) -> Iterator[Record]:
        example: Mapping[str, Cell] | None = {}
        problem, row = one.problem, {}
        if not problem:
            row = dict(zip(names, (text.strip() for text in one.fields), strict=False))
            try:
                example = self._example(one.fields)
                if self._split >= 0 and example is not None and not split_of(one.fields[self._split]):
                    raise ValueError(f"the split {one.fields[self._split]!r} is not train, validation or test")
            except ValueError as error:
                problem = str(error)
        if example is None:
            return
        split = split_of(one.fields[self._split]) if self._split >= 0 and not problem else ""
        length = sum(line.length for line in one.lines)
        yield Record(one.lines[0].number, one.lines[0].offset, length, row, example, problem, split)

    def _first_line(self) -> Line:
        passed: list[Line] = []
        for line in self._lines:
            passed.append(line)
            if line.problem:
                break
            if line.text.strip():
                self._lines.give_back([line])
                return line
        if passed and passed[-1].problem:
            raise ZooError(f"{self.name}: line {passed[-1].number}: {passed[-1].problem}")
        raise ZooError(f"{self.name}: the file is empty")

    def _fields(self) -> Iterator[_Fields]:
        """Yield rows with their lines, and their fields or a problem."""
        for line in self._lines:
            if line.problem:
                yield _Fields([line], [], line.problem)
            elif line.text.strip():
                taken = [line]
                try:
                    fields, problem = self._format.fields(line.text), ""
                except ValueError as error:
                    fields, problem = [], str(error)
                except Unfinished:
                    fields, problem = self._go_on(taken)
                if fields and not self._format.columns and any(one.strip() for one in fields):
                    self._format.columns = len(fields)  # used to interpret quotes
                yield _Fields(taken, fields, problem)

    def _go_on(self, taken: list[Line]) -> tuple[list[str], str]:
        """Take more lines until the open quote is closed; give them back if it never is."""

        def texts() -> Iterator[str]:
            yield taken[0].text
            total = 0
            for line in self._lines:
                taken.append(line)
                total += line.length
                if line.problem or total > LONGEST:
                    return
                yield line.text

        try:
            return self._format.joined(texts()), ""
        except (ValueError, Unfinished):
            self._lines.give_back(taken[1:])
            del taken[1:]
            return [], "the quote that opens here is never closed"

    def _example(self, fields: list[str]) -> dict[str, Cell] | None:
        if not any(field.strip() for field in fields):
            return None
        if len(fields) != self._format.columns:
            raise ValueError(f"{_columns(len(fields))}, but {self._format.columns} were expected")
        example: dict[str, Cell] = {}
        for role, place in self._places.items():
            value = fields[place].strip()
            if value:
                example[role] = value
            elif role not in self.options.optional:
                raise ValueError(f"{role} is empty")
        return self._canonical(example)

    def _parse(self, text: str) -> Mapping[str, Cell]:
        fields = None
        try:
            if text.find("\n") in (-1, len(text) - 1):
                fields = self._format.fields(text)
            return self._example(fields or self._format.joined(io.StringIO(text, newline="\n"))) or {}
        except Unfinished as error:
            raise ValueError("a quote is not closed") from error


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count != 1 else ''}"


def _columns(count: int) -> str:
    return f"{count} column{'s' if count != 1 else ''}"
