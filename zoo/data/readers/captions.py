"""Images with captions, in the forms that people keep them in."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from zoo.codecs.codec import RawValue
from zoo.codecs.image import open_image
from zoo.data.readers.caption_files import CAPTION_COLUMNS, CaptionedImage, captions_in, find_captions
from zoo.data.splitting.groups import split_groups
from zoo.data.splitting.splits import Splits
from zoo.data.tables.bad_rows import BadRows
from zoo.errors import ZooError
from zoo.files import expanded


def read_captions(
    source: str | Path,
    images: str | Path = "",
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    columns: Mapping[str, Sequence[str]] = CAPTION_COLUMNS,
) -> Splits:
    """Read images with their captions.

    Args:
        source: a table (CSV, TSV or JSON lines, a row a caption, or a list of captions a row); Flickr8k's
            `*.token.txt`, with the `*_8k.trainImages.txt` files beside it for its split; Karpathy's `dataset*.json`;
            or a folder with one of them.
        images: the folder of the images; by default the source's own, or `images` or `pictures` in it.
        validation: share of the images to validate on, where the source has no split.
        test: share of the images to test on.
        on_error: `stop` at an image that is missing or a caption that is empty, or `skip` and count them; with `skip`
            every image is opened once, to leave out those that are damaged.
        columns: role -> names of its column, in a table.

    Returns:
        Splits of examples: `source` is the image's path, `target` a caption, `references` all of its captions,
        `place` the file and line that named the image first. In `train` there is an example a caption, in the others
        one an image, with its first caption as target.

    Raises:
        ZooError: names file and line.
    """
    path = find_captions(expanded(source))
    folder = expanded(images) if images else _image_folder(path.parent)
    bad = BadRows(on_error)
    folders = (folder, path.parent)
    kept = [one for one in captions_in(path, bad, columns) if _usable(one, folders, path.name, bad)]
    if not kept:
        raise ZooError(f"{path.name}: none of its images can be used" + (f" ({bad.notes[0]})" if bad.notes else ""))
    parts = _split(kept, validation, test)
    train = [_example(one, caption, folders, path.name) for one in parts[0] for caption in one.captions]
    held_out, tested = ([_example(one, one.captions[0], folders, path.name) for one in part] for part in parts[1:])
    return Splits(train, held_out, tested, tuple(bad.notes))


def _example(one: CaptionedImage, caption: str, folders: Sequence[Path], name: str) -> dict[str, RawValue]:
    return {
        "source": _find(one.image, folders),
        "target": caption,
        "references": tuple(one.captions),
        "place": f"{name}: {one.place}",
    }


def _find(image: str, folders: Sequence[Path]) -> Path:
    """Where an image is: tables name images by themselves, or with their folder, in Windows' way, too."""
    names = dict.fromkeys((image, image.replace("\\", "/")))
    places = [folder / name for name in names for folder in folders]
    return next((place for place in places if os.path.isfile(place)), places[0])


def _image_folder(folder: Path) -> Path:
    names = ("images", "pictures", "Images", "Flicker8k_Dataset")
    places = [here / name for here in (folder, folder.parent) for name in names]
    return next((place for place in places if place.is_dir()), folder)


def _usable(one: CaptionedImage, folders: Sequence[Path], name: str, bad: BadRows) -> bool:
    image = _find(one.image, folders)
    problem = ""
    if not one.captions:
        problem = f"image '{one.image}' has no caption"
    elif not os.path.isfile(image):
        problem = f"no image '{one.image}' in {folders[0]}"
    elif bad.skips:
        problem = _damage(image)
    if problem:
        bad.add(f"{name}: {one.place}", problem)
    return not problem


def _damage(image: Path) -> str:
    """Why an image cannot be decoded; empty where it can."""
    try:
        open_image(image)
    except ZooError as error:
        return str(error).replace(f"{image}", f"image '{image.name}'", 1)
    return ""


def _split(kept: Sequence[CaptionedImage], validation: float, test: float) -> list[list[CaptionedImage]]:
    if any(one.split == "train" for one in kept):
        return [[one for one in kept if one.split == name] for name in ("train", "validation", "test")]
    return [[kept[place] for place in part] for part in split_groups([one.image for one in kept], validation, test)]
