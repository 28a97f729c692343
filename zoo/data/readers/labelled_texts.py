"""Reads a user's labelled texts, in all common formats."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from zoo.data.readers.class_folders import read_class_folders, text_of
from zoo.data.splitting.joined import joined
from zoo.data.splitting.names import by_split
from zoo.data.splitting.splits import Splits
from zoo.data.tables.open_table import make_table
from zoo.data.tables.table import TABLE_ENDINGS, Columns, TableOptions
from zoo.files import expanded

LABEL_COLUMNS = {
    "source": ("text", "sentence", "review", "source", "content", "tweet", "comment", "message", "body"),
    "target": ("label", "sentiment", "class", "target", "rating", "category", "polarity", "stars"),
}


def read_labelled_texts(
    source: str,
    columns: Columns = LABEL_COLUMNS,
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    quotes: str = "",
    encoding: str = "utf-8",
    settings: Mapping[str, str] | None = None,
    classes: bool = True,
) -> Splits:
    """Read texts with labels.

    Args:
        source: a table (CSV, TSV, JSON); a folder with one table per split, `train.csv`, `dev.csv`, `test.csv`; or a
            folder with a folder per class (see `read_class_folders`).
        columns: role (`source`, `target`) -> names of its column, in a table.
        validation: share for validation, if the source has no split.
        test: share for testing, if the source has no split.
        on_error: `stop` or `skip`.
        quotes: see `zoo.data.tables.table.TableOptions`.
        encoding: of the text.
        settings: role -> the setting that names its column, for messages.
        classes: whether each label is one class, of which every split has a share; not for numbers.

    Returns:
        Splits of examples `{"source": text, "target": label}`.

    Raises:
        ZooError: names file and line.
    """
    path = expanded(source)
    labels = "target" if classes else ""
    options = TableOptions(columns, on_error, quotes, encoding, labels, (), settings or {}, plain=classes)
    if not path.is_dir():
        return make_table(path, options).index().split(validation, test)
    files = (entry for entry in path.iterdir() if entry.is_file())
    tables = by_split(entry for entry in files if entry.name.lower().removesuffix(".gz").endswith(TABLE_ENDINGS))
    if not tables:
        return read_class_folders(path, validation, test, on_error, read=partial(text_of, encoding=encoding))
    parts = {split: make_table(entry, options).index().split(0, 0) for split, entry in tables.items()}
    return joined(parts, validation, test)
