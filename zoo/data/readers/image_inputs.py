"""Reads images to caption, from any source that the captioning task can train on; captions are optional."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from zoo.data.readers.caption_files import CAPTION_COLUMNS, caption_files, captions_in, json_document
from zoo.data.readers.captions import find_image, image_folders
from zoo.data.readers.clip import IMAGE_ENDINGS
from zoo.data.readers.inputs import Input, files_below, is_table, read_lines, read_rows
from zoo.data.tables.bad_rows import BadRows
from zoo.data.tables.table import Columns, TableOptions
from zoo.errors import ZooError
from zoo.files import expanded


def read_image_inputs(
    source: str | Path, images: str | Path = "", columns: Columns = CAPTION_COLUMNS, encoding: str = "utf-8"
) -> Iterator[Input]:
    """Read the paths of images.

    Args:
        source: an image; a folder of images; a table with a column of images, or another file of captions (see
            `read_captions`); or a text file with one path per line.
        images: the folder of the images, if they are not beside the table.
        columns: role -> names of its column, in a table; only `source` is needed.
        encoding: of the text.

    Yields:
        Inputs whose value is a path; a missing image has a problem.

    Raises:
        ZooError: the source cannot be read, or names no images.
    """
    path = expanded(source)
    if path.is_dir():
        try:
            files = list(caption_files(path).values())
        except ZooError:
            files = []
        if not files:
            found = [file for file in files_below(path) if file.name.lower().endswith(IMAGE_ENDINGS)]
            if not found:
                raise ZooError(f"{source}: no images in this folder")
            for file in found:
                yield Input(file, str(file), ({"image": file.relative_to(path).as_posix()},))
            return
    else:
        files = [path]
    for file in files:
        if file.name.lower().endswith(IMAGE_ENDINGS):
            yield Input(file, str(file), ({"image": file.name},))
            continue
        folders = image_folders(file, images)
        for one in _named_in(file, columns, encoding):
            if one.problem or not isinstance(one.value, str) or not one.value.strip():
                yield one
                continue
            here = expanded(one.value)
            place = here if os.path.isfile(here) else find_image(one.value, folders)
            problem = "" if os.path.isfile(place) else f"no image '{one.value}' in {folders[0]}"
            yield one._replace(value=None if problem else place, problem=problem)


def _named_in(file: Path, columns: Columns, encoding: str) -> Iterator[Input]:
    """Yield the names of images in a file, each with its row."""
    if file.name.endswith(".token.txt") or _is_document(file):
        for one in captions_in(file, BadRows("skip"), columns, encoding):
            yield Input(one.image, f"{file.name}: {one.place}", ({"image": one.image},))
    elif is_table(file, columns, encoding):
        optional = tuple(role for role in columns if role != "source")
        yield from read_rows(file, TableOptions(columns, "skip", "", encoding, "", optional))
    else:
        yield from read_lines(file, encoding)


def _is_document(file: Path) -> bool:
    """Whether a JSON file is one object, such as COCO's."""
    return file.suffix.lower() == ".json" and isinstance(json_document(file), dict)
