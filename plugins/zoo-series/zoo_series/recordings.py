"""Recordings with one label or number each, from `.ts` files, class folders, or tables with a column of labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np

import zoo
from zoo.data import FRAME_LABELS, Splits, read_features, split_share
from zoo_series.ts_file import Recording, read_ts

SPLITS = {"train": "train", "validation": "validation", "valid": "validation", "val": "validation", "dev": "validation"}
SPLITS |= {"test": "test"}
ENDINGS = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".npz")


class Example(TypedDict):
    """A recording float32 [T, D], and its label or number."""

    source: np.ndarray
    target: str


@dataclass(frozen=True)
class Reading:
    """How recordings are read.

    Attributes:
        label: names of the column of labels.
        ignore: columns that are not features.
        missing: what to do about missing numbers.
        sequence: the column with a row's recording; empty: each file is one.
        encoding: of the text.
        on_error: `stop` or `skip`.
    """

    label: tuple[str, ...] = FRAME_LABELS
    ignore: tuple[str, ...] = ()
    missing: str = "stop"
    sequence: str = ""
    encoding: str = "utf-8"
    on_error: str = "stop"


def read_recordings(
    source: str,
    reading: Reading,
    read: Callable[[str], np.ndarray],
    validation: float = 0.05,
    test: float = 0.05,
    classes: bool = True,
) -> Splits:
    """Read recordings with a target each.

    Args:
        source: a `.ts` file, or a folder of them whose names end in `_TRAIN` and `_TEST`; a folder with a folder of
            files for each class; or what `zoo.data.read_features` reads, where all rows of a recording have one label.
        reading: how.
        read: the path of a file of features -> [T, D].
        validation: share for validation, if there is no folder or file for it.
        test: share for testing, if there is no folder or file for it.
        classes: whether targets are classes, which every split should have; not for numbers.

    Returns:
        Splits of `Example`.

    Raises:
        zoo.ZooError: names file and line.
    """
    root = Path(source).expanduser()
    if not root.exists():
        raise zoo.ZooError(f"data={source}: no such file or folder")
    files = ts_files(root)
    if files:
        parts: dict[str, list[tuple[str, Example]]] = defaultdict(list)
        bad: list[str] = []
        for file in files:
            split = next((SPLITS[word] for word in SPLITS if file.stem.lower().endswith(f"_{word}")), "train")
            for one in _good(read_ts(file), reading.on_error, bad):
                if not one.target:
                    raise zoo.ZooError(f"{one.place}: no label; the file says @classLabel false")
                parts[split].append((one.place, {"source": one.values, "target": one.target}))
        notes = (f"skipped {len(bad):,} files from their first wrong line on: {bad[0]}",) if bad else ()
        return divide(parts, validation, test, classes, notes)
    folders = class_folders(root)
    if folders:
        parts = defaultdict(list)
        for split, label, file in folders:
            parts[split].append((file.relative_to(root).as_posix(), {"source": read(str(file)), "target": label}))
        return divide(parts, validation, test, classes)
    splits = read_features(
        source,
        reading.label,
        reading.ignore,
        validation,
        test,
        reading.on_error,
        reading.missing,
        reading.sequence,
        reading.encoding,
        classes=classes,
    )
    train, validation_part, test_part = (list(_one_target(part, name)) for name, part in splits.items())
    return Splits(train, validation_part, test_part, splits.notes)


def ts_files(root: Path) -> list[Path]:
    """The `.ts` files that a path names."""
    if root.is_file():
        return [root] if root.suffix.lower() == ".ts" else []
    return sorted(path for path in root.iterdir() if path.suffix.lower() == ".ts")


def class_folders(root: Path) -> list[tuple[str, str, Path]]:
    """Split, class and file of each recording of a folder with a folder for each class; empty for other folders."""
    if not root.is_dir():
        return []
    found: list[tuple[str, str, Path]] = []
    inner = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith((".", "__")))
    for folder in inner:
        split = SPLITS.get(folder.name.lower())
        if split is None:
            found += [("train", folder.name, file) for file in _features_in(folder)]
            continue
        for label in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
            found += [(split, label.name, file) for file in _features_in(label)]
    return found


def divide(
    parts: dict[str, list[tuple[str, Example]]],
    validation: float,
    test: float,
    classes: bool,
    notes: tuple[str, ...] = (),
) -> Splits:
    """Hold out recordings of each class, by a hash of where they stand.

    Args:
        parts: split -> name and example of each recording.
        validation: share of the training recordings for validation, if that split is empty.
        test: share for testing, likewise.
        classes: whether each class is divided by itself.
        notes: what was noticed while reading.
    """
    if not parts.get("train"):
        raise zoo.ZooError("there are no recordings to train on")
    shares = {"test": 0.0 if parts.get("test") else test, "validation": 0.0 if parts.get("validation") else validation}
    groups: dict[str, list[tuple[str, Example]]] = defaultdict(list)
    for name, example in parts["train"]:
        groups[example["target"] if classes else ""].append((name, example))
    held: dict[str, list[Example]] = {"test": [], "validation": [], "train": []}
    for group in groups.values():
        group.sort(key=lambda one: split_share(one[0]))
        begin = 0
        for split, share in shares.items():
            end = min(begin + round(share * len(group)), len(group) - 1)  # one of each class stays in training
            held[split] += [example for _, example in group[begin:end]]
            begin = end
        held["train"] += [example for _, example in group[begin:]]
    for split in ("validation", "test"):
        held[split] += [example for _, example in parts.get(split, [])]
    return Splits(held["train"], held["validation"], held["test"], notes)


def _one_target(examples: Iterable[Mapping[str, Sequence[str]]], split: str) -> Iterator[Example]:
    for number, example in enumerate(examples, 1):
        labels = sorted(set(map(str, example["target"])))
        if len(labels) > 1:
            raise zoo.ZooError(
                f"{split} recording {number}: its rows have {len(labels)} labels, such as '{labels[0]}' and "
                f"'{labels[1]}', but a recording has one; task=frames labels each row"
            )
        yield {"source": np.asanyarray(example["source"]), "target": labels[0]}


def _good(recordings: Iterable[Recording], on_error: str, bad: list[str]) -> Iterator[Recording]:
    try:
        yield from recordings
    except zoo.ZooError as error:
        if on_error == "stop":
            raise
        bad.append(str(error))


def _features_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name.lower().endswith(ENDINGS))
