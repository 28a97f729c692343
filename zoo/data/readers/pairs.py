"""Reads a user's pairs of texts, in all common formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from zoo.data.readers.aligned_files import AlignedFiles
from zoo.data.splitting.joined import joined
from zoo.data.splitting.names import by_split
from zoo.data.splitting.splits import Splits
from zoo.data.tables.open_table import make_table
from zoo.data.tables.table import TABLE_ENDINGS, Columns, TableOptions
from zoo.errors import ZooError
from zoo.files import expanded, is_clutter

# A text file in a folder of splits is one of two aligned files.
_IN_FOLDERS = tuple(ending for ending in TABLE_ENDINGS if ending != ".txt")
PAIR_COLUMNS = {"source": ("source", "src"), "target": ("target", "tgt", "trg")}


def read_pairs(
    source: str,
    columns: Columns = PAIR_COLUMNS,
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    quotes: str = "",
    encoding: str = "utf-8",
    settings: Mapping[str, str] | None = None,
) -> Splits:
    """Read pairs of texts.

    Args:
        source: a table (TSV, CSV, JSON); two aligned files, `corpus.en,corpus.fr`; or a folder with either of them per
            split: `train.tsv`, `dev.tsv`, `test.tsv`, or `train.en`, `train.fr` and so on.
        columns: role (`source`, `target`) -> names of its column, in a table. In a folder of aligned files, the first
            name of each role is the ending of its files; if there are none, the endings are used in order.
        validation: share for validation, if the source has no split.
        test: share for testing, if the source has no split.
        on_error: `stop` or `skip`.
        quotes: see `zoo.data.tables.table.TableOptions`.
        encoding: of the text.
        settings: role -> the setting that names its column, for messages.

    Returns:
        Splits of examples `{"source": text, "target": text}`.

    Raises:
        ZooError: names file and line.
    """
    options = TableOptions(columns, on_error, quotes, encoding, settings=settings or {}, pairs=True)
    names = source.split(",")
    if len(names) == 2 and not Path(source).exists():
        return AlignedFiles(names[0].strip(), names[1].strip(), on_error, encoding).split(validation, test)
    path = expanded(source)
    if not path.is_dir():
        return make_table(path, options).index().split(validation, test)
    files = [entry for entry in path.iterdir() if entry.is_file() and not is_clutter(entry.name)]
    tables = by_split(entry for entry in files if _ending(entry) in _IN_FOLDERS)
    if tables:
        read = {split: make_table(entry, options).index() for split, entry in tables.items()}
        return joined({split: table.split(0, 0) for split, table in read.items()}, validation, test)
    endings = two_endings([entry for entry in files if by_split([entry])], columns)
    if not endings:
        raise ZooError(f"{source}: contains no train.tsv, train.csv or train.jsonl, and no two aligned train.* files")
    sides = [by_split(entry for entry in files if _ending(entry) == ending) for ending in endings]
    aligned: dict[str, Splits] = {}
    for split in sides[0]:
        if split in sides[1]:
            aligned[split] = AlignedFiles(sides[0][split], sides[1][split], on_error, encoding).split(0, 0)
    return joined(aligned, validation, test)


def _ending(path: Path) -> str:
    return Path(path.name.lower().removesuffix(".gz")).suffix


def two_endings(files: Sequence[Path], columns: Columns) -> list[str]:
    """Find the endings of source and target among aligned training files."""
    found = sorted({_ending(path) for path in files} - {""})
    named = [f".{names[0].lower()}" for names in columns.values()]
    if set(named) <= set(found):
        return named
    return found if len(found) == 2 else []
