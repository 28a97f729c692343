"""A user's texts with a label each, in whichever form they come."""

from __future__ import annotations

from zoo.data.readers.class_folders import read_class_folders
from zoo.data.readers.pairs import joined
from zoo.data.splitting.names import by_split
from zoo.data.splitting.splits import Splits
from zoo.data.tables.table import TABLE_ENDINGS, Columns, open_table
from zoo.files import expanded

LABEL_COLUMNS = {
    "source": ("text", "sentence", "review", "source", "content"),
    "target": ("label", "sentiment", "class", "target", "rating"),
}


def read_labelled_texts(
    source: str,
    columns: Columns = LABEL_COLUMNS,
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    quotes: str = "",
) -> Splits:
    """Read texts with labels.

    Args:
        source: a table (CSV, TSV, JSON lines); a folder with one for each split, `train.csv`, `dev.csv`, `test.csv`; or
            a folder of a folder per class (see `read_class_folders`).
        columns: role (`source`, `target`) -> names of its column, in a table.
        validation: share of what has no split of its own to validate on.
        test: share to test on.
        on_error: `stop` or `skip`.
        quotes: see `zoo.data.tables.delimited.Delimited`.

    Returns:
        Splits of examples `{"source": text, "target": label}`.

    Raises:
        ZooError: names file and line.
    """
    path = expanded(source)
    if not path.is_dir():
        return open_table(path, columns, on_error, quotes).split(validation, test)
    files = (entry for entry in path.iterdir() if entry.is_file())
    tables = by_split(entry for entry in files if entry.name.lower().removesuffix(".gz").endswith(TABLE_ENDINGS))
    if not tables:
        return read_class_folders(path, validation, test, on_error)
    parts = {split: open_table(entry, columns, on_error, quotes).split(0, 0) for split, entry in tables.items()}
    return joined(parts, validation, test)
