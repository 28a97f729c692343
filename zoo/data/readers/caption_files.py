"""The files that captions of images are kept in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from zoo.data.storage.stored_bytes import StoredBytes
from zoo.data.tables.bad_rows import BadRows
from zoo.data.tables.lines import Lines
from zoo.data.tables.table import TABLE_ENDINGS, open_table
from zoo.errors import ZooError

CAPTION_COLUMNS = {
    "source": ("image", "picture", "file", "filename", "file_name", "source"),
    "target": ("caption", "captions", "text", "target"),
}
_SPLIT_FILES = {"train": "trainImages", "validation": "devImages", "test": "testImages"}
_KARPATHY = {"train": "train", "restval": "train", "val": "validation", "test": "test"}


class CaptionedImage(NamedTuple):
    """An image and what is said about it.

    Args:
        image: its name in the file of captions.
        captions: one or more.
        place: where it was found first, for messages.
        split: that the file gives it; empty where it gives none.
    """

    image: str
    captions: list[str]
    place: str = ""
    split: str = ""


def find_captions(path: Path) -> Path:
    """The file of captions: the path itself, or the one in a folder that looks most like it."""
    if not path.exists():
        raise ZooError(f"{path}: no such file or folder")
    if path.is_file():
        return path
    files = sorted(entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith("."))
    for fits in (
        lambda name: name.endswith(".token.txt"),
        lambda name: name.startswith("dataset") and name.endswith(".json"),
        lambda name: name.removesuffix(".gz").endswith(TABLE_ENDINGS) and name.startswith("captions"),
        lambda name: name.endswith((".csv", ".tsv", ".jsonl")),
    ):
        for entry in files:
            if fits(entry.name):
                return entry
    raise ZooError(
        f"{path}: no captions in it; expected captions.csv, captions.jsonl, dataset.json or a .token.txt file"
    )


def captions_in(
    path: Path, bad: BadRows, columns: Mapping[str, Sequence[str]] = CAPTION_COLUMNS
) -> list[CaptionedImage]:
    """Read a file of captions of any form (see `zoo.data.readers.captions.read_captions`).

    Args:
        path: the file.
        bad: is told of captions that cannot be used.
        columns: role -> names of its column, in a table.

    Returns:
        The images in the order of the file; where it has a split, those that are in one.

    Raises:
        ZooError: it cannot be read.
    """
    if path.suffix == ".json":
        return list(_karpathy(path))
    if not path.name.endswith(".token.txt"):
        table = open_table(path, columns, "skip" if bad.skips else "stop")
        bad.include(table.bad)
        rows = ((str(row["source"]), row["target"], line) for line, row in table.rows().with_lines())
        return list(_grouped(rows))
    found = list(_flickr(path, bad))
    official = {image: split for split, images in _flickr_split(path).items() for image in images}
    if "train" not in official.values():
        return found
    return [one._replace(split=official[one.image]) for one in found if one.image in official]


def _flickr(path: Path, bad: BadRows) -> Iterator[CaptionedImage]:
    """`name.jpg#2<tab>caption`, a line a caption."""

    def rows() -> Iterator[tuple[str, str, int]]:
        for line in Lines(StoredBytes.of_file(path)):
            if line.problem or line.text.strip():
                image, tab, caption = line.text.partition("\t")
                problem = line.problem or ("" if tab else "no tab between image and caption")
                if problem or not caption.strip():
                    bad.add(f"{path.name}: line {line.number}", problem or "the caption is empty")
                else:
                    yield image.rpartition("#")[0] or image, caption.strip(), line.number

    return _grouped(rows())


def _grouped(rows: Iterable[tuple[str, object, int]]) -> Iterator[CaptionedImage]:
    """The captions of each image together, in the order of the file."""
    found: dict[str, CaptionedImage] = {}
    for image, captions, line in rows:
        one = found.setdefault(image, CaptionedImage(image, [], f"line {line}"))
        one.captions.extend(map(str, captions) if isinstance(captions, list) else [str(captions)])
    return iter(found.values())


def _karpathy(path: Path) -> Iterator[CaptionedImage]:
    try:
        images = json.loads(path.read_text(encoding="utf-8"))["images"]
    except OSError as error:
        raise ZooError(f"{path.name}: cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ZooError(f"{path.name}: not JSON with 'images', as in Karpathy's dataset.json") from error
    for number, image in enumerate(images, 1):
        try:
            name = "/".join(filter(None, (image.get("filepath", ""), image["filename"])))
            captions = [sentence["raw"].strip() for sentence in image["sentences"]]
            split = _KARPATHY.get(image.get("split", ""), "")
            yield CaptionedImage(name, [caption for caption in captions if caption], f"image {number}", split)
        except (KeyError, TypeError, AttributeError) as error:
            raise ZooError(
                f"{path.name}: image {number}: it needs 'filename' and 'sentences' with 'raw' texts"
            ) from error


def _flickr_split(path: Path) -> dict[str, list[str]]:
    """The names of images in `Flickr_8k.trainImages.txt` and its like beside the captions."""
    found: dict[str, list[str]] = {}
    for split, word in _SPLIT_FILES.items():
        for entry in sorted(path.parent.glob(f"*.{word}.txt")):
            found.setdefault(split, []).extend(entry.read_text(encoding="utf-8-sig").split())
    return found
