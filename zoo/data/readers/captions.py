"""Pictures with captions, in the forms that people keep them in."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zoo.data.readers.caption_files import CAPTION_COLUMNS, CaptionedImage, captions_in, find_captions
from zoo.data.splitting.groups import split_groups
from zoo.data.splitting.splits import Splits
from zoo.data.tables.bad_rows import BadRows
from zoo.errors import ZooError


def read_captions(
    source: str | Path,
    pictures: str | Path = "",
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    columns: Mapping[str, Sequence[str]] = CAPTION_COLUMNS,
) -> Splits:
    """Read pictures with their captions.

    Args:
        source: a table (CSV, TSV or JSON lines, a row a caption, or a list of captions a row); Flickr8k's
            `*.token.txt`, with the `*_8k.trainImages.txt` files beside it for its split; Karpathy's `dataset*.json`;
            or a folder with one of them.
        pictures: the folder of the pictures; by default the source's own, or `images` or `pictures` in it.
        validation: share of the pictures to validate on, where the source has no split.
        test: share of the pictures to test on.
        on_error: `stop` at a picture that is missing or a caption that is empty, or `skip` and count them; with `skip`
            every picture is opened once, to leave out those that are damaged.
        columns: role -> names of its column, in a table.

    Returns:
        Splits of examples: `source` is the picture's path, `target` a caption, `references` all of its captions,
        `place` the file and line that named the picture first. In `train` there is an example a caption, in the others
        one a picture, with its first caption as target.

    Raises:
        ZooError: names file and line.
    """
    path = find_captions(Path(source).expanduser())
    folder = Path(pictures).expanduser() if pictures else _picture_folder(path.parent)
    bad = BadRows(on_error)
    folders = (folder, path.parent)
    kept = [one for one in captions_in(path, bad, columns) if _usable(one, folders, path.name, bad)]
    if not kept:
        raise ZooError(f"{path.name}: no picture of it can be used" + (f" ({bad.notes[0]})" if bad.notes else ""))
    parts = _split(kept, validation, test)
    train = [_example(one, caption, folders, path.name) for one in parts[0] for caption in one.captions]
    held_out, tested = ([_example(one, one.captions[0], folders, path.name) for one in part] for part in parts[1:])
    return Splits(train, held_out, tested, tuple(bad.notes))


def _example(one: CaptionedImage, caption: str, folders: Sequence[Path], name: str) -> dict[str, Any]:
    return {
        "source": _find(one.picture, folders),
        "target": caption,
        "references": tuple(one.captions),
        "place": f"{name}: {one.place}",
    }


def _find(picture: str, folders: Sequence[Path]) -> Path:
    """Where a picture is: tables name pictures by themselves, or with their folder, in Windows' way, too."""
    names = dict.fromkeys((picture, picture.replace("\\", "/")))
    places = [folder / name for name in names for folder in folders]
    return next((place for place in places if os.path.isfile(place)), places[0])


def _picture_folder(folder: Path) -> Path:
    names = ("images", "pictures", "Images", "Flicker8k_Dataset")
    places = [here / name for here in (folder, folder.parent) for name in names]
    return next((place for place in places if place.is_dir()), folder)


def _usable(one: CaptionedImage, folders: Sequence[Path], name: str, bad: BadRows) -> bool:
    picture = _find(one.picture, folders)
    problem = ""
    if not one.captions:
        problem = f"picture '{one.picture}' has no caption"
    elif not os.path.isfile(picture):
        problem = f"no picture '{one.picture}' in {folders[0]}"
    elif bad.skips:
        problem = _damage(picture)
    if problem:
        bad.add(f"{name}: {one.place}", problem)
    return not problem


def _damage(picture: Path) -> str:
    """Why a picture cannot be decoded; empty where it can."""
    from PIL import Image

    try:
        with Image.open(picture) as image:
            image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return f"picture '{picture.name}' is damaged: {error}"
    return ""


def _split(kept: Sequence[CaptionedImage], validation: float, test: float) -> list[list[CaptionedImage]]:
    if any(one.split == "train" for one in kept):
        return [[one for one in kept if one.split == name] for name in ("train", "validation", "test")]
    return [[kept[place] for place in part] for part in split_groups([one.picture for one in kept], validation, test)]
