"""Splits rows of CSV or TSV into fields."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable

from zoo.files import reason

DELIMITERS = (",", ";", "\t", "|")


class Unfinished(Exception):
    """A quote is open at the end of the line; the row continues in the next line."""


class Delimited:
    """The rules by which a file's rows are split into fields.

    Args:
        delimiter: one character.
        quotes: `csv`: a field that begins with a quote ends with one, and may hold delimiters, line ends and doubled
            quotes. `none`: a quote is an ordinary character. `auto`: as in `csv` if the row is valid so, otherwise as
            in `none`, because tab-separated texts often follow no rule.
        columns: number of fields per row; 0: not known yet.
    """

    def __init__(self, delimiter: str = ",", quotes: str = "csv", columns: int = 0) -> None:
        if quotes not in ("auto", "csv", "none"):
            raise ValueError(f"quotes must be 'auto', 'csv' or 'none', got {quotes!r}")
        self.delimiter, self.quotes, self.columns = delimiter, quotes, columns

    def fields(self, line: str) -> list[str]:
        """Split a line.

        Args:
            line: with its line end.

        Raises:
            Unfinished: the row continues in the next line.
            ValueError: it is not a row; the message says why.
        """
        plain = line.rstrip("\r\n").split(self.delimiter)
        if self.quotes == "none" or '"' not in line:
            return plain
        try:
            fields = self.joined([line])
        except (Unfinished, ValueError):
            if self.quotes == "auto" and self._fits(plain):
                return plain
            raise
        return plain if self.quotes == "auto" and not self._fits(fields) and self._fits(plain) else fields

    def joined(self, lines: Iterable[str]) -> list[str]:
        """Split a row that spans several lines, taking as many as it needs.

        Raises:
            Unfinished: more lines are needed.
            ValueError: it is not a row.
        """
        try:
            return next(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except StopIteration:
            raise Unfinished from None
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise Unfinished from None
            raise ValueError(_in_words(str(error))) from None
        except Exception as error:
            raise ValueError(reason(error)) from error

    def _fits(self, fields: list[str]) -> bool:
        return not self.columns or len(fields) == self.columns


def named_delimiter(line: str) -> str:
    """Return the delimiter named by a first line such as `sep=;`, as written by Excel, or an empty text."""
    found = re.fullmatch(r"sep=(.)", line.strip("\ufeff\r\n"), re.IGNORECASE)
    return found[1] if found else ""


def likely_delimiter(name: str, line: str) -> str:
    """Guess the delimiter of a file from its name and its first line."""
    ending = name.lower().removesuffix(".gz").rpartition(".")[2]
    if ending in ("tsv", "tab") or (ending != "csv" and "\t" in line) or not any(one in line for one in DELIMITERS):
        return "," if ending == "csv" else "\t"
    # If commas occur only in numbers, as in 0,5;1,5, something else is the delimiter.
    decimal = re.search(r"[;\t|]", line) and re.fullmatch(r"(?:[^,]|(?<=\d),(?=\d))*", line)
    commas = 0 if decimal else line.count(",")
    counts = {",": commas, **{one: line.count(one) for one in DELIMITERS[1:]}}
    return max(DELIMITERS, key=counts.__getitem__)


def _in_words(problem: str) -> str:
    if "expected after" in problem:
        return "a quote inside a quoted field; write it twice"
    if "field larger" in problem:
        return f"a field of more than {csv.field_size_limit():,} characters; a closing quote may be missing"
    if "new-line" in problem:
        return "a lone carriage return inside the row"
    return problem
