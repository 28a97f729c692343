"""A folder per class, with a text a file: `reviews/good/17.txt`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from zoo.data.bad_rows import BadRows
from zoo.data.files_read import FilesRead
from zoo.data.split_groups import split_groups
from zoo.data.split_names import by_split
from zoo.data.splits import Splits
from zoo.errors import ZooError


class _Text(NamedTuple):
    path: Path
    label: str
    name: str


def read_class_folders(
    folder: str | Path,
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    classes: tuple[str, ...] = (),
) -> Splits:
    """Read a folder that has a folder for each class, or such folders below `train`, `test` and `validation`.

    Args:
        folder: its subfolders' names are the labels; hidden files are left out.
        validation: share to validate on, where there is no folder for it; texts that are equal stay together.
        test: share to test on, where there is no folder for it.
        on_error: `stop` at a file that is empty or no UTF-8, or `skip` and count them.
        classes: the only labels to read; all by default.

    Returns:
        Splits of examples `{"source": text, "target": label}`, read from their files when they are asked for.

    Raises:
        ZooError: names the file.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise ZooError(f"{folder}: no such folder")
    bad = BadRows(on_error)
    splits = by_split(path for path in root.iterdir() if path.is_dir())
    places = splits or {"train": root}
    found = {split: _texts(place, root, classes, bad) for split, place in places.items()}
    train, texts = found["train"]
    if not train.items:
        raise ZooError(f"{folder}: no text in a folder of a class; such as {Path(folder) / 'good' / '17.txt'}")
    shares = [0.0 if split in splits else share for split, share in (("validation", validation), ("test", test))]
    parts = split_groups(texts, *shares)
    cut = {split: train.chosen(part) for split, part in zip(("train", "validation", "test"), parts, strict=True)}
    for split in set(splits) - {"train"}:
        cut[split] = found[split][0]
    return Splits(**cut, notes=tuple(bad.notes))


def _texts(place: Path, root: Path, classes: tuple[str, ...], bad: BadRows) -> tuple[FilesRead[_Text], list[str]]:
    """The texts below the folders of classes, and hashes of what they hold."""
    items: list[_Text] = []
    hashes: list[str] = []
    for label in sorted(path for path in place.iterdir() if path.is_dir() and not path.name.startswith(".")):
        if classes and label.name not in classes:
            continue
        for path in sorted(label.rglob("*")):
            if path.name.startswith(".") or not path.is_file():
                continue
            text = _Text(path, label.name, path.relative_to(root).as_posix())
            try:
                hashes.append(_hash_of(_read(text)["source"]))
            except ZooError as error:
                place_of, problem = str(error).split(": ", 1)
                bad.add(place_of, problem, len(items))
                continue
            items.append(text)
    return FilesRead(items, _read), hashes


def _hash_of(text: str) -> str:
    """A short name for a text, to find equal ones by."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _read(text: _Text) -> dict[str, str]:
    try:
        content = text.path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ZooError(f"{text.name}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ZooError(f"{text.name}: byte {error.start + 1} is not valid UTF-8") from error
    if not content.strip():
        raise ZooError(f"{text.name}: empty")
    return {"source": content.replace("\r\n", "\n").strip(), "target": text.label}
