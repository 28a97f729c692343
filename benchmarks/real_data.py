"""Real data sets as a user has them: a file, or a folder with a file or a folder a split."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple


class DataSet(NamedTuple):
    """A data set to measure on."""

    task: str
    name: str
    write: Callable[[Path, Path], Path]
    """(where the data are, an empty folder) -> what `data=` names."""


def pairs(count: int) -> Callable[[Path, Path], Path]:
    """Multi30k, English to French: the first pairs, whole validation and test."""

    def write(root: Path, folder: Path) -> Path:
        for split, ours in (("train", "train"), ("val", "validation"), ("test_2016_flickr", "test")):
            sides = [
                gzip.decompress((root / f"multi30k_en_fr/{split}.{language}.gz").read_bytes()).decode().splitlines()
                for language in ("en", "fr")
            ]
            rows = list(zip(*sides, strict=True))
            table(folder / f"{ours}.tsv", ("source", "target"), rows[:count] if ours == "train" else rows)
        return folder

    return write


def sentences(files: dict[str, str], count: int) -> Callable[[Path, Path], Path]:
    """Sentences of two classes, a file each; a tenth to validate on, a tenth to test on."""

    def write(root: Path, folder: Path) -> Path:
        rows = [
            (text, label)
            for label, file in files.items()
            for text in (root / file).read_text("latin-1").splitlines()
            if text.strip()
        ]
        rows = list(dict.fromkeys(rows))
        random.Random(0).shuffle(rows)
        tenth = len(rows) // 10
        table(folder / "test.tsv", ("text", "label"), rows[:tenth])
        table(folder / "validation.tsv", ("text", "label"), rows[tenth : 2 * tenth])
        table(folder / "train.tsv", ("text", "label"), rows[2 * tenth :][:count])
        return folder

    return write


def text(file: str, size: int) -> Callable[[Path, Path], Path]:
    """The first characters of a text."""

    def write(root: Path, folder: Path) -> Path:
        path = folder / "text.txt"
        path.write_text((root / file).read_text("utf-8")[:size], "utf-8")
        return path

    return write


def stdlib(size: int) -> Callable[[Path, Path], Path]:
    """Python's own source, file after file."""

    def write(root: Path, folder: Path) -> Path:
        del root
        path, written = folder / "python.txt", 0
        with path.open("w", encoding="utf-8") as stream:
            for module in sorted(Path(random.__file__).parent.glob("*.py")) + sorted(
                Path(random.__file__).parent.glob("[a-z]*/*.py")
            ):
                if written < size and "site-packages" not in module.parts:
                    written += stream.write(module.read_text("utf-8", errors="replace"))
        return path

    return write


def photographs(count: int) -> Callable[[Path, Path], Path]:
    """Flickr8k with its split: the first training images, all others."""

    def write(root: Path, folder: Path) -> Path:
        here = root / "flickr8k"
        (folder / "images").symlink_to(here.resolve() / "images")
        for file in (here / "Flickr8k_text").glob("*.txt"):
            lines = file.read_text("utf-8").splitlines(keepends=True)
            (folder / file.name).write_text("".join(lines[:count] if "trainImages" in file.name else lines), "utf-8")
        return folder

    return write


def gestures(root: Path, folder: Path) -> Path:
    """Gesture phases: five recordings to learn from, one to validate on, one to test on."""
    for file in sorted((root / "gesture_phase/raw").glob("*.csv")):
        split = {"b3_raw": "validation", "c3_raw": "test"}.get(file.stem, "train")
        with file.open(encoding="utf-8") as stream:
            rows = [row[:-2] + [row[-1].replace("Preparação", "Preparation")] for row in csv.reader(stream) if row]
        (folder / split).mkdir(exist_ok=True)
        table(folder / split / file.name, rows[0], rows[1:], ",")
    return folder


def rooms(root: Path, folder: Path) -> Path:
    """Whether a room is occupied, minute by minute."""
    for name, split in (("datatraining", "train"), ("datatest", "validation"), ("datatest2", "test")):
        with (root / f"occupancy/{name}.txt").open(encoding="utf-8") as stream:
            header, *rows = [row for row in csv.reader(stream) if row]
        (folder / split).mkdir()
        columns = [*header[1:-1], "label"]
        table(folder / split / f"{name}.csv", columns, [row[2:] for row in rows], ",")
    return folder


def table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], separator: str = "\t") -> None:
    """Write a table; tabs in texts become spaces."""
    with path.open("w", encoding="utf-8") as stream:
        for row in (header, *rows):
            stream.write(separator.join(cell.replace("\t", " ") for cell in row) + "\n")


POLARITY = {"positive": "rt_polarity/rt-polarity.pos", "negative": "rt_polarity/rt-polarity.neg"}
SUBJECTIVITY = {"subjective": "subjectivity/quote.tok.gt9.5000", "objective": "subjectivity/plot.tok.gt9.5000"}
EVERY = 10**9
DATA_SETS = (
    DataSet("translation", "multi30k", pairs(EVERY)),
    DataSet("translation", "multi30k, 5,000 pairs", pairs(5000)),
    DataSet("translation", "multi30k, 1,000 pairs", pairs(1000)),
    DataSet("sentiment", "rotten-tomatoes", sentences(POLARITY, EVERY)),
    DataSet("sentiment", "rotten-tomatoes, 1,000 texts", sentences(POLARITY, 1000)),
    DataSet("sentiment", "subjectivity", sentences(SUBJECTIVITY, EVERY)),
    DataSet("charlm", "tinyshakespeare", text("tinyshakespeare/input.txt", EVERY)),
    DataSet("charlm", "tinyshakespeare, 100 kB", text("tinyshakespeare/input.txt", 100_000)),
    DataSet("charlm", "Python's source, 5 MB", stdlib(5_000_000)),
    DataSet("captioning", "flickr8k", photographs(EVERY)),
    DataSet("captioning", "flickr8k, 1,000 images", photographs(1000)),
    DataSet("frames", "gesture-phase", gestures),
    DataSet("frames", "occupancy", rooms),
)
