"""Opens tables by the endings of their names."""

from __future__ import annotations

from pathlib import Path

from zoo.data.splitting.splits import Splits
from zoo.data.tables.delimited_table import DelimitedTable
from zoo.data.tables.json_table import JsonTable, holds_json_lines
from zoo.data.tables.table import JSON_ENDINGS, Columns, Table, TableOptions
from zoo.files import expanded


def make_table(path: str | Path, options: TableOptions) -> Table:
    """Open a table by the ending of its name; nothing is read yet.

    Args:
        path: `.csv` (with commas, semicolons or tabs), `.tsv`, `.jsonl`, `.json`, and the same with `.gz`; a file of
            another name is JSON lines where its first line is an object.
        options: for reading it.

    Raises:
        ZooError: the file cannot be read.
    """
    path = expanded(path)
    if path.name.lower().removesuffix(".gz").endswith(JSON_ENDINGS):
        return JsonTable(path, options)
    if holds_json_lines(path, options.encoding):
        return JsonTable(path, options)
    return DelimitedTable(path, options)


def open_table(
    path: str | Path,
    columns: Columns,
    on_error: str = "stop",
    quotes: str = "",
    encoding: str = "utf-8",
    labels: str = "",
) -> Table:
    """Open a table and check its rows.

    Args:
        path: see `make_table`.
        columns: role -> names of its column.
        on_error: `stop` or `skip`.
        quotes: see `TableOptions`.
        encoding: of the text.
        labels: the role whose values are classes, if there is one.

    Raises:
        ZooError: names file and line.
    """
    return make_table(path, TableOptions(columns, on_error, quotes, encoding, labels)).index()


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
        path: see `make_table`.
        columns: role -> names of its column.
        validation: share for validation.
        test: share for testing.
        on_error: `stop` or `skip`.
        quotes: see `TableOptions`.
        encoding: of the text.

    Returns:
        Splits of examples with the roles of `columns`.

    Raises:
        ZooError: names file and line.
    """
    return open_table(path, columns, on_error, quotes, encoding).split(validation, test)
