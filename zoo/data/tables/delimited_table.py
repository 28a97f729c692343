"""Tables of CSV and TSV."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from zoo.data.tables.delimited import Delimited, Unfinished, likely_delimiter
from zoo.data.tables.lines import LONGEST, Line
from zoo.data.tables.table import Cell, Columns, Table
from zoo.errors import ZooError, did_you_mean


class DelimitedTable(Table):
    """Reads CSV and TSV (see `Table`).

    The first row may hold column names; it does where it holds a name of every role. A file without names must have as
    many columns as there are roles, or columns given by number; a role with a single name is never guessed.

    Args:
        path: the file.
        columns: what is read.
        on_error: `stop` or `skip`.
        encoding: of the text.
        quotes: see `Delimited`; by default `csv` in CSV and `auto` in TSV.
    """

    def __init__(
        self, path: Path, columns: Columns, on_error: str = "stop", encoding: str = "utf-8", quotes: str = ""
    ) -> None:
        self._quotes = quotes
        super().__init__(path, columns, on_error, encoding)

    def _read(self) -> None:
        first = self._first_line()
        delimiter = likely_delimiter(self.name, first.text)
        self._format = Delimited(delimiter, self._quotes or ("csv" if delimiter != "\t" else "auto"))
        header = True
        for lines, fields, problem in self._records():
            line = lines[0].number
            if not problem and header:
                header = False
                self._format.columns = len(fields)
                if self._find_columns(fields, line):
                    continue
            try:
                if problem:
                    raise ValueError(problem)
                example = self._example(fields)
            except ValueError as error:
                self._report(line, str(error))
                continue
            if example:
                length = sum(one.length for one in lines)
                self._keep(lines[0].offset, length, line, example)

    def _first_line(self) -> Line:
        passed: list[Line] = []
        for line in self._lines:
            passed.append(line)
            if line.problem:
                break
            if line.text.strip():
                self._lines.give_back(passed)
                return line
        if passed and passed[-1].problem:
            raise ZooError(f"{self.name}: line {passed[-1].number}: {passed[-1].problem}")
        raise ZooError(f"{self.name}: the file is empty")

    def _records(self) -> Iterator[tuple[list[Line], list[str], str]]:
        """Rows as the lines that they take, and their fields or what is wrong."""
        for line in self._lines:
            if line.problem:
                yield [line], [], line.problem
            elif line.text.strip():
                taken = [line]
                try:
                    fields, problem = self._format.fields(line.text), ""
                except ValueError as error:
                    fields, problem = [], str(error)
                except Unfinished:
                    fields, problem = self._go_on(taken)
                yield taken, fields, problem

    def _go_on(self, taken: list[Line]) -> tuple[list[str], str]:
        """Take more lines until the quote that the first one opens is closed; give them back where it never is."""

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

    def _find_columns(self, first: list[str], line: int) -> bool:
        """Find the column of each role from the first row; whether that row holds the names."""
        names = [field.strip().lower() for field in first]
        found: dict[str, int] = {}
        for role, accepted in self._columns.items():
            for name in accepted:
                if name.lower() in names:
                    found[role] = names.index(name.lower())
                    break
        self._places = found
        if len(found) == len(self._columns):
            return True
        numbers = {role: _number(accepted) for role, accepted in self._columns.items()}
        if all(numbers.values()):
            self._places = {role: number - 1 for role, number in numbers.items()}
            for role, place in self._places.items():
                if place >= len(first):
                    raise ZooError(f"{self.name}: line {line}: no column {place + 1} for {role}; it has {len(first)}")
            return False
        if not found and len(first) == len(self._columns) and all(len(names) != 1 for names in self._columns.values()):
            self._places = {role: place for place, role in enumerate(self._columns)}
            self.notes.append(f"{self.name}: no column names; read as {', '.join(self._columns)}")
            return False
        role = next(role for role in self._columns if role not in found)
        accepted = self._columns[role]
        near = did_you_mean(accepted[0], [name for name in first if name.strip()])
        raise ZooError(f"{self.name}: line {line}: no column '{accepted[0]}' for {role}{near}")

    def _example(self, fields: list[str]) -> dict[str, Cell] | None:
        if not any(field.strip() for field in fields):
            return None
        if len(fields) != self._format.columns:
            raise ValueError(f"{_columns(len(fields))}, but {self._format.columns} were expected")
        example: dict[str, Cell] = {role: fields[place].strip() for role, place in self._places.items()}
        for role, value in example.items():
            if not value:
                raise ValueError(f"{role} is empty")
        return example

    def _parse(self, text: str) -> dict[str, Cell]:
        fields = None
        try:
            if text.find("\n") in (-1, len(text) - 1):
                fields = self._format.fields(text)
            return self._example(fields or self._format.joined(io.StringIO(text, newline="\n"))) or {}
        except Unfinished as error:
            raise ValueError("a quote is not closed") from error


def _number(accepted: Sequence[str]) -> int:
    """The number of a column that is given so, from 1; else 0."""
    return int(accepted[0]) if len(accepted) == 1 and accepted[0].isdecimal() else 0


def _columns(count: int) -> str:
    return f"{count} column{'s' if count != 1 else ''}"
