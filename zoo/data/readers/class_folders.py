"""Reads a folder per class, with a text or an image per file: `reviews/good/17.txt`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from zoo.codecs.codec import RawValue
from zoo.codecs.label import canonical_label
from zoo.codecs.transcode import is_utf8
from zoo.data.splitting.groups import split_groups
from zoo.data.splitting.names import by_split
from zoo.data.splitting.splits import Splits
from zoo.data.storage.kept_examples import KeptExamples
from zoo.data.storage.lazy_files import LazyFiles
from zoo.data.tables.bad_rows import BadRows
from zoo.errors import ZooError
from zoo.files import expanded, is_clutter, read_bytes, reason

LARGEST = 1 << 26
"""Bytes of a file that is one text or one image."""


class _File(NamedTuple):
    path: Path
    label: str
    name: str


def text_of(content: bytes, encoding: str = "utf-8") -> str:
    """Read a file's bytes as text.

    Raises:
        ZooError: it is empty or no UTF-8; says that alone.
    """
    try:
        text = content.decode("utf-8-sig" if is_utf8(encoding) else encoding)
    except UnicodeDecodeError as error:
        raise ZooError(f"byte {error.start + 1} is not valid {encoding.upper()}") from error
    except UnicodeError as error:
        raise ZooError(f"no text in {encoding}: {error}") from error
    if not text.strip():
        raise ZooError("empty")
    return text.replace("\r\n", "\n").strip()


def read_class_folders(
    folder: str | Path,
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    classes: tuple[str, ...] = (),
    read: Callable[[bytes], str | np.ndarray] = text_of,
) -> Splits:
    """Read a folder with a folder per class, or with such folders below `train`, `test` and `validation`.

    Args:
        folder: its subfolders' names are the labels; hidden files are left out.
        validation: share for validation, if there is no folder for it; files with the same value stay together.
        test: share for testing, if there is no folder for it.
        on_error: `stop` at a file that `read` refuses, or `skip` and count them.
        classes: the labels to read; all by default.
        read: a file's bytes to its raw value, a text or an array; raises a ZooError that says what is wrong with them.

    Returns:
        Splits of examples `{"source": value, "target": label}`, which are read from files on demand.

    Raises:
        ZooError: names the file.
    """
    root = expanded(folder)
    if not root.is_dir():
        raise ZooError(f"{folder}: no such folder")
    bad = BadRows(on_error)
    splits = by_split(path for path in root.iterdir() if path.is_dir())
    places = splits or {"train": root}
    inside = {path.name for path in places["train"].iterdir() if path.is_dir()}
    notes = []
    if not classes and inside >= {"neg", "pos", "unsup"}:
        classes = ("neg", "pos")
        notes.append("left out the folder 'unsup', whose texts have no label")
    found = {split: _files(place, root, classes, bad, read) for split, place in places.items()}
    train, values = found["train"]
    if not train.items:
        raise ZooError(f"{folder}: no files in class folders; expected for example {Path(folder) / 'good' / '17.txt'}")
    shares = [0.0 if split in splits else share for split, share in (("validation", validation), ("test", test))]
    parts = split_groups(values, shares[0], shares[1], [(file.label,) for file in train.items])
    cut = {split: train.chosen(part) for split, part in zip(("train", "validation", "test"), parts, strict=True)}
    for split in set(splits) - {"train"}:
        cut[split] = found[split][0]
    return Splits(cut["train"], cut["validation"], cut["test"], (*notes, *bad.notes))


def _files(
    place: Path, root: Path, classes: tuple[str, ...], bad: BadRows, read: Callable[[bytes], str | np.ndarray]
) -> tuple[LazyFiles[_File], list[str]]:
    """Find the files below the class folders, and hash their contents."""

    def example(file: _File) -> dict[str, RawValue]:
        try:
            return {"source": read(read_bytes(file.path, LARGEST)), "target": canonical_label(file.label)}
        except ZooError as error:
            raise ZooError(f"{file.name}: {error}") from error
        except Exception as error:
            raise ZooError(f"{file.name}: cannot be read: {reason(error)}") from error

    kept = KeptExamples()
    items: list[_File] = []
    hashes: list[str] = []
    for label in sorted(path for path in place.iterdir() if path.is_dir() and not is_clutter(path.name)):
        if classes and label.name not in classes:
            continue
        for path in sorted(label.rglob("*")):
            if is_clutter(path.relative_to(label)) or not path.is_file():
                continue
            file = _File(path, label.name, path.relative_to(root).as_posix())
            try:
                read_file = example(file)
                hashes.append(_hash_of(read_file["source"]))
            except ZooError as error:
                place_of, problem = str(error).split(": ", 1)
                bad.add(place_of, problem, len(items))
                continue
            items.append(file)
            kept.put(file, read_file, _size(read_file["source"]))
    return LazyFiles(items, example, kept), hashes


def _hash_of(value: str | np.ndarray) -> str:
    """Hash a text or an array, to find equal ones."""
    content = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else np.asarray(value).tobytes()
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def _size(value: str | np.ndarray) -> int:
    """Return the size of a text or an array in bytes."""
    return 4 * len(value) if isinstance(value, str) else np.asarray(value).nbytes
