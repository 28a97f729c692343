"""A data set as examples of a topology, in three splits."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from zoo import ZooError
from zoo.data import Splits
from zoo_huggingface.address import SPLITS, Address, parse
from zoo_huggingface.column import Column
from zoo_huggingface.columns import choose
from zoo_huggingface.examples import HubExamples
from zoo_huggingface.loading import by_split, load, reading_errors

if TYPE_CHECKING:
    from datasets import Dataset

    from zoo.settings import DataSettings


def read_splits(settings: DataSettings, topology: str) -> Splits:
    """Read a data set for a topology.

    Args:
        settings: of the data: `source`, `validation`, `test`, `on_error`; where it has a `pair` of languages, that of a
            column of translations.
        topology: name of the topology.

    Returns:
        Splits of examples. A split that the data set lacks is held out by the content of the sources, equal ones
        together; a split without labels is left out.

    Raises:
        ZooError: it cannot be reached or read, or a row cannot be used; one line.
    """
    address = parse(settings.source)
    with reading_errors(str(address)):
        return _read(address, settings, topology)


def _read(address: Address, settings: DataSettings, topology: str) -> Splits:
    parts = by_split(address, load(address))
    columns = choose(address, parts["train"].features, topology, getattr(settings, "pair", ""))
    tops = list(dict.fromkeys(column.top for column in columns.values()))
    parts = {split: part.select_columns(tops) for split, part in parts.items()}
    documents, notes = topology == "language model", []
    kept: dict[str, list[tuple[int, int]]] = {}
    keys: list[str] = []
    for split, part in parts.items():
        looks = split == "train" and not set(SPLITS) <= set(parts)
        found, bad, total = _usable(part, columns, keys if looks else None, settings.on_error == "skip")
        if not found and split != "train":
            notes.append(f"{address}: its {split} split has no labels, and is left out")
            continue
        if bad:
            problem = f"{address}: row {bad[0] + 1} of its {split} split has no {' or no '.join(columns)}"
            if settings.on_error != "skip":
                raise ZooError(f"{problem}; data.on_error=skip skips such rows")
            notes.append(f"{len(bad)} of {total:,} rows were left out; the first: {problem}")
        kept[split] = found
    if not kept["train"]:
        raise ZooError(f"{address}: none of its rows can be used")
    rows = {split: (parts[split], found) for split, found in kept.items()}
    lacking = {split: getattr(settings, split) for split in SPLITS[1:] if split not in kept}
    held = _hold_out(kept["train"], keys, lacking)
    rows |= {split: (parts["train"], found) for split, found in held.items()}
    made = {}
    for split in SPLITS:
        part, found = rows.get(split, (parts["train"], []))
        if split == "train" and columns["target"].kind == "texts":
            found = _each_caption(part, columns["target"], found)
        made[split] = HubExamples(part, columns, found, documents, str(address))
    return Splits(made["train"], made["validation"], made["test"], tuple(notes))


def _usable(
    part: Dataset, columns: Mapping[str, Column], keys: list[str] | None, thorough: bool
) -> tuple[list[tuple[int, int]], list[int], int]:
    """Look which rows have all that is wanted.

    Args:
        part: a split.
        columns: role -> column.
        keys: to be filled with what tells the sources of usable rows apart; None where nobody wants it.
        thorough: whether to open every image, to leave out damaged ones.

    Returns:
        The usable rows, the rows that are not, and the number of all.
    """
    import datasets

    for column in columns.values():
        if column.kind == "image":
            # Whether an image is there, and which it is, its file tells.
            part = part.cast_column(column.name, datasets.Image(decode=False))
    source = columns.get("source", columns["target"])
    usable: list[tuple[int, int]] = []
    bad: list[int] = []
    row = 0
    for block in part.iter(batch_size=500):
        for values in zip(*block.values(), strict=True):
            one = dict(zip(block, values, strict=True))
            found = [column.value(one) for column in columns.values()]
            damaged = thorough and any(isinstance(value, Mapping) and not _opens(value) for value in found)
            if damaged or any(value is None or value == "" or value == () for value in found):
                bad.append(row)
            else:
                usable.append((row, 0))
                if keys is not None:
                    keys.append(_key(source.value(one)))
            row += 1
    return usable, bad, row


def _opens(image: Mapping[str, Any]) -> bool:
    """Whether an image can be read."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(image["bytes"]) if image["bytes"] else image["path"]) as opened:
            opened.load()
    except Exception:  # of a damaged image Pillow raises whatever its decoders meet
        return False
    return True


def _key(source: object) -> str:
    """What tells a source from others: a digest of its text, or of its image's file."""
    if isinstance(source, Mapping):
        source = source["bytes"] or source["path"] or ""
    return hashlib.sha256(source if isinstance(source, bytes) else str(source).encode()).hexdigest()


def _hold_out(
    train: list[tuple[int, int]], keys: Sequence[str], shares: Mapping[str, float]
) -> dict[str, list[tuple[int, int]]]:
    """Take examples to validate and to test on out of those to train on, by their content.

    Args:
        train: all.
        keys: of each example, hexadecimal.
        shares: split -> share.

    Returns:
        Split -> examples, `train` among them.
    """
    if not any(shares.values()):
        return {}
    parts: dict[str, list[tuple[int, int]]] = {"train": [], **{split: [] for split in shares}}
    for place, key in zip(train, keys, strict=True):
        number, goes = int(key[:12], 16) / 16**12, "train"
        for split, share in shares.items():
            if number < share:
                goes = split
                break
            number -= share
        parts[goes].append(place)
    return parts


def _each_caption(part: Dataset, column: Column, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Make an example of each caption of an image."""
    texts = part.select_columns([column.top])
    return [(row, turn) for row, _ in places for turn in range(len(column.value(texts[row])))]
