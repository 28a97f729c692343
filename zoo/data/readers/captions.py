"""Reads images with captions, in all common formats."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from zoo.codecs.codec import RawValue
from zoo.codecs.image import open_image
from zoo.data.readers.caption_files import CAPTION_COLUMNS, CaptionedImage, caption_files, captions_in
from zoo.data.splitting.groups import split_groups
from zoo.data.splitting.splits import Splits
from zoo.data.tables.bad_rows import BadRows
from zoo.errors import ZooError
from zoo.files import expanded

_SPLIT = re.compile(r"(train|val|test)\d+$")


def read_captions(
    source: str | Path,
    images: str | Path = "",
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    columns: Mapping[str, Sequence[str]] = CAPTION_COLUMNS,
    encoding: str = "utf-8",
) -> Splits:
    """Read images with their captions.

    Args:
        source: a table (CSV, TSV or JSON, with one caption or a list of captions per row); Flickr8k's `*.token.txt`,
            with the `*_8k.trainImages.txt` files beside it for its split; Karpathy's `dataset*.json`; COCO's
            `captions_train2017.json`, with `captions_val2017.json` beside it; or a folder with one of them.
        images: the folder of the images; by default the source's own, or `images` or `pictures` in it.
        validation: share of the images for validation, if the source has no split.
        test: share of the images for testing.
        on_error: `stop` at a missing image or an empty caption, or `skip` and count them; `skip` opens every image
            once, to leave out damaged ones.
        columns: role -> names of its column, in a table.
        encoding: of its text.

    Returns:
        Splits of examples: `source` is the image's path, `target` a caption, `references` all of its captions, `place`
        the file and line that named the image first. In `train`, there is one example per caption; in the others, one
        per image, with its first caption as target.

    Raises:
        ZooError: names file and line.
    """
    bad = BadRows(on_error)
    files = caption_files(expanded(source))
    path = files["train"] if "train" in files else next(iter(files.values()))
    folders = image_folders(path, images)
    kept = []
    for split, file in files.items():
        for one in captions_in(file, bad, columns, encoding):
            if _usable(one, folders, file.name, bad):
                place = f"{file.name}: {one.place}"
                kept.append(one._replace(place=place, split=one.split if len(files) == 1 else split))
    if not kept:
        raise ZooError(f"{path.name}: none of its images can be used" + (f" ({bad.notes[0]})" if bad.notes else ""))
    parts = _split(kept, validation, test)
    train = [_example(one, caption, folders) for one in parts[0] for caption in one.captions]
    held_out, tested = ([_example(one, one.captions[0], folders) for one in part] for part in parts[1:])
    return Splits(train, held_out, tested, tuple(bad.notes))


def _example(one: CaptionedImage, caption: str, folders: Sequence[Path]) -> dict[str, RawValue]:
    return {
        "source": find_image(one.image, folders),
        "target": caption,
        "references": tuple(one.captions),
        "place": one.place,
    }


def find_image(image: str, folders: Sequence[Path]) -> Path:
    """Find an image: tables name images with or without their folder, sometimes with backslashes."""
    names = dict.fromkeys((image, image.replace("\\", "/")))
    places = [folder / name for name in names for folder in folders]
    return next((place for place in places if os.path.isfile(place)), places[0])


def image_folders(captions: Path, images: str | Path = "") -> list[Path]:
    """Return the folders to search for the images of a captions file.

    Args:
        captions: the captions file.
        images: the folder of the images; empty: near the captions file.
    """
    return _folders(expanded(images) if images else _image_folder(captions.parent), captions.parent)


def _image_folder(folder: Path) -> Path:
    names = ("images", "pictures", "Images", "Flicker8k_Dataset", "flickr30k_images")
    places = [here / name for here in (folder, folder.parent) for name in names]
    return next((place for place in places if place.is_dir()), folder)


def _folders(images: Path, captions: Path) -> list[Path]:
    """Return the folders to search for images:

    their folder, folders named after splits in or next to it, and the captions' folder.
    """
    near = [
        place for here in (images, captions, captions.parent) for place in sorted(here.glob("*[0-9]")) if place.is_dir()
    ]
    return list(dict.fromkeys([images, captions, *(place for place in near if _SPLIT.match(place.name))]))


def _usable(one: CaptionedImage, folders: Sequence[Path], name: str, bad: BadRows) -> bool:
    image = find_image(one.image, folders)
    problem = ""
    if not one.captions:
        problem = f"image '{one.image}' has no caption"
    elif not os.path.isfile(image):
        problem = f"no image '{one.image}' in {folders[0]}" + ("" if bad.skips else _alike(one.image, folders[0]))
    elif bad.skips:
        problem = _damage(image)
    if problem:
        bad.add(f"{name}: {one.place}", problem)
    return not problem


def _alike(name: str, folder: Path) -> str:
    """Return `; did you mean 'x'?` where only the capitals or the ending of an image's name differ."""
    wanted = Path(name.lower())
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if wanted.name in (entry.name.lower(), entry.stem.lower()):
            return f"; did you mean '{entry.name}'?"
    return ""


def _damage(image: Path) -> str:
    """Return why an image cannot be decoded; empty if it can."""
    try:
        open_image(image)
    except ZooError as error:
        return str(error).replace(f"{image}", f"image '{image.name}'", 1)
    return ""


def _split(kept: Sequence[CaptionedImage], validation: float, test: float) -> list[list[CaptionedImage]]:
    """Divide images into the source's own splits; missing splits are taken from the training images."""
    own = {name: [one for one in kept if one.split == name] for name in ("train", "validation", "test")}
    if not own["train"]:
        own = {"train": list(kept), "validation": [], "test": []}
    elif own["validation"] or own["test"]:
        return list(own.values())
    images = own["train"]
    return [[images[place] for place in part] for part in split_groups([one.image for one in images], validation, test)]
