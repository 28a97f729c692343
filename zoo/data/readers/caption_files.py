"""Reads files of image captions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from zoo.data.splitting.names import split_of
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.data.tables.bad_rows import BadRows
from zoo.data.tables.json_table import LARGEST_DOCUMENT
from zoo.data.tables.lines import Lines
from zoo.data.tables.open_table import make_table
from zoo.data.tables.table import TABLE_ENDINGS, Cell, Columns, TableOptions
from zoo.errors import ZooError
from zoo.files import file_errors, is_clutter, read_bytes, read_json

CAPTION_COLUMNS = {
    "source": (
        "image",
        "picture",
        "file",
        "filename",
        "file_name",
        "image_name",
        "image_path",
        "filepath",
        "path",
        "img",
        "photo",
        "source",
    ),
    "target": ("caption", "captions", "text", "description", "comment", "sentence", "sentences", "raw", "target"),
}
_COCO = re.compile(r"captions_([a-z]+)\d*\.json")
_SPLIT_FILES = {"train": "trainImages", "validation": "devImages", "test": "testImages"}
_KARPATHY = {"train": "train", "restval": "train", "val": "validation", "test": "test"}


class CaptionedImage(NamedTuple):
    """An image and its captions.

    Args:
        image: its name in the captions file.
        captions: one or more.
        place: where it occurs first, for messages.
        split: the split given by the file, or empty.
    """

    image: str
    captions: list[str]
    place: str = ""
    split: str = ""


def caption_files(path: Path) -> dict[str, Path]:
    """Find a source's captions files by split: one file, or several like COCO's `captions_train2017.json`.

    Args:
        path: a file, or a folder that contains captions.

    Raises:
        ZooError: there is none.
    """
    found = _find_captions(path)
    coco = _COCO.match(found.name)
    if coco and split_of(coco[1]) == "train":
        beside = {entry: _COCO.match(entry.name) for entry in sorted(found.parent.iterdir())}
        splits = {split_of(match[1]): entry for entry, match in beside.items() if match}
        return {split: entry for split, entry in splits.items() if split}
    return {"train": found}


def _find_captions(path: Path) -> Path:
    """Find the captions file: the path itself, or the best match in a folder."""
    if not path.exists():
        raise ZooError(f"{path}: no such file or folder")
    if path.is_file():
        return path
    files = sorted(entry for entry in path.iterdir() if entry.is_file() and not is_clutter(entry.name))
    for fits in (
        lambda name: name.endswith(".token.txt"),
        lambda name: name.startswith("dataset") and name.endswith(".json"),
        lambda name: name.startswith("captions_train") and name.endswith(".json"),
        lambda name: name.removesuffix(".gz").endswith(TABLE_ENDINGS) and name.startswith(("captions", "results")),
        lambda name: name.endswith((".csv", ".tsv", ".jsonl")),
    ):
        fitting = [entry for entry in files if fits(entry.name)]
        named = [entry for entry in fitting if not entry.name.endswith((".csv", ".tsv", ".jsonl"))]
        if len(fitting) > 1 and not named and len({split_of(entry.stem) for entry in fitting}) < len(fitting):
            raise ZooError(
                f"{path}: several tables: {', '.join(entry.name for entry in fitting[:5])}; name one of them"
            )
        if fitting:
            return fitting[0]
    raise ZooError(
        f"{path}: no captions found; expected captions.csv, captions.jsonl, dataset.json or a .token.txt file"
    )


def captions_in(
    path: Path, bad: BadRows, columns: Columns = CAPTION_COLUMNS, encoding: str = "utf-8"
) -> list[CaptionedImage]:
    """Read a captions file of any format (see `zoo.data.readers.captions.read_captions`).

    Args:
        path: the file.
        bad: collects unusable captions.
        columns: role -> names of its column, in a table.
        encoding: of its text.

    Returns:
        The images in the order of the file; if it has splits, only images in a split.

    Raises:
        ZooError: it cannot be read.
    """
    if path.suffix == ".json":
        document = json_document(path)
        if isinstance(document, dict) and not any(document.keys() & set(names) for names in columns.values()):
            if "annotations" in document and "images" in document:
                return list(_coco(document, path.name))
            if "images" in document:
                return list(_karpathy(document, path.name))
            if document and all(isinstance(value, (str, list)) for value in document.values()):
                return list(_by_name(document, path.name))
            raise ZooError(f"{path.name}: not JSON with 'images', as in Karpathy's dataset.json or COCO's captions")
    if not path.name.endswith(".token.txt"):
        options = TableOptions(columns, "skip" if bad.skips else "stop", encoding=encoding)
        table = make_table(path, options)
        rows: list[tuple[str, Cell, str, str]] = []
        for record in table.records():
            if record.problem:
                bad.add(table.place(record.line), record.problem, len(rows))
            else:
                source = str(record.example["source"])
                rows.append((source, record.example["target"], f"{table.unit} {record.line}", record.split))
        return list(_grouped(rows))
    found = list(_flickr(path, bad))
    official = {image: split for split, images in _flickr_split(path).items() for image in images}
    if "train" not in official.values():
        return found
    return [one._replace(split=official[one.image]) for one in found if one.image in official]


def _flickr(path: Path, bad: BadRows) -> Iterator[CaptionedImage]:
    """Read lines of `name.jpg#2<tab>caption`."""

    def rows() -> Iterator[tuple[str, Cell, str, str]]:
        for line in Lines(StoredBytes.of_file(path)):
            if line.problem or line.text.strip():
                image, tab, caption = line.text.partition("\t")
                problem = line.problem or ("" if tab else "no tab between image and caption")
                if problem or not caption.strip():
                    bad.add(f"{path.name}: line {line.number}", problem or "the caption is empty")
                else:
                    yield image.rpartition("#")[0] or image, caption.strip(), f"line {line.number}", ""

    return _grouped(rows())


def _grouped(rows: Iterable[tuple[str, Cell, str, str]]) -> Iterator[CaptionedImage]:
    """Group the captions by image, in the order of the file."""
    found: dict[str, CaptionedImage] = {}
    for image, captions, place, split in rows:
        one = found.setdefault(image, CaptionedImage(image, [], place, split))
        one.captions.extend(map(str, captions) if isinstance(captions, list) else [str(captions)])
    return iter(found.values())


def json_document(path: Path) -> object:
    """The content of a JSON file; None if it is not a single JSON value, as JSON lines are not, or is too large.

    Raises:
        ZooError: it cannot be read.
    """
    with file_errors(path.name):
        try:
            return read_json(path, LARGEST_DOCUMENT)
        except (ZooError, ValueError):
            return None


def _karpathy(document: Mapping[str, Any], name: str) -> Iterator[CaptionedImage]:
    """Read Karpathy's `dataset.json`: images with sentences and splits."""
    for number, image in enumerate(document["images"], 1):
        try:
            path = "/".join(filter(None, (image.get("filepath", ""), image["filename"])))
            captions = [sentence["raw"].strip() for sentence in image["sentences"]]
            split = _KARPATHY.get(image.get("split", ""), "")
            yield CaptionedImage(path, [caption for caption in captions if caption], f"image {number}", split)
        except (KeyError, TypeError, AttributeError) as error:
            raise ZooError(f"{name}: image {number}: it needs 'filename' and 'sentences' with 'raw' texts") from error


def _coco(document: Mapping[str, Any], name: str) -> Iterator[CaptionedImage]:
    """Read COCO's `captions_train2017.json`: images, and annotations that refer to them by id."""
    found: dict[object, CaptionedImage] = {}
    for number, image in enumerate(document["images"], 1):
        try:
            found[image["id"]] = CaptionedImage(str(image["file_name"]), [], f"image {number}")
        except (KeyError, TypeError) as error:
            raise ZooError(f"{name}: image {number}: it needs 'id' and 'file_name'") from error
    for number, annotation in enumerate(document["annotations"], 1):
        try:
            caption = annotation["caption"].strip()
            captions = found[annotation["image_id"]].captions
        except (KeyError, TypeError, AttributeError) as error:
            raise ZooError(f"{name}: annotation {number}: it needs 'caption' and the 'image_id' of an image") from error
        captions.extend([caption] if caption else [])
    return iter(found.values())


def _by_name(document: Mapping[str, Any], name: str) -> Iterator[CaptionedImage]:
    """Read `{"a.jpg": ["a dog", "a dog runs"]}`."""
    for number, (image, captions) in enumerate(document.items(), 1):
        texts = captions if isinstance(captions, list) else [captions]
        if not all(isinstance(text, str) for text in texts):
            raise ZooError(f"{name}: image {number}: '{image}' needs a text or a list of texts")
        yield CaptionedImage(image, [text.strip() for text in texts if text.strip()], f"image {number}")


def _flickr_split(path: Path) -> dict[str, list[str]]:
    """Read the names of images in files like `Flickr_8k.trainImages.txt` next to the captions."""
    found: dict[str, list[str]] = {}
    for split, word in _SPLIT_FILES.items():
        for entry in sorted(path.parent.glob(f"*.{word}.txt")):
            with file_errors(entry.name):
                names = read_bytes(entry, LARGEST_DOCUMENT).decode("utf-8-sig").split()
            found.setdefault(split, []).extend(names)
    return found
