"""From the JSON of a request to the raw inputs of a model; no text of a request is ever taken for a path."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from zoo.serve.errors import invalid
from zoo.serve.json_body import Json, check_names

if TYPE_CHECKING:
    from zoo.serve.limits import ServeLimits
    from zoo.serve.model_card import ModelCard

RawInput: TypeAlias = "str | np.ndarray | list[np.ndarray]"
IMAGE_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
EXAMPLES = {
    "text": '"a text"',
    "image": '{"image": "base64 of a PNG, JPEG, GIF, WebP or BMP file"}',
    "clip": '{"clip": "base64 of an animated GIF, PNG or WebP"} or {"images": ["base64", ...]}',
    "vectors": '{"frames": [[1.0, 2.0], ...], "columns": ["x", "y"]} or {"csv": "x,y\\n1,2\\n"}',
}


def read_input(value: Json, card: ModelCard, limits: ServeLimits) -> RawInput:
    """Read one input of a request.

    Args:
        value: a text, or an object (see `EXAMPLES`).
        card: of the model.
        limits: of a request.

    Returns:
        A text, an array of numbers `[T, D]`, an image uint8 `[height, width, 3]`, or a list of such.

    Raises:
        RequestError: 422.
    """
    kind = card.input
    if kind == "text":
        if not isinstance(value, str):
            raise _wrong(kind)
        if len(value) > limits.max_characters:
            raise invalid(f"a text must have at most {limits.max_characters:,} characters")
        return value
    if not isinstance(value, dict):
        raise _wrong(kind)
    if kind == "image":
        check_names(value, ["image"])
        return _images(value.get("image"), 1, limits)[0]
    if kind == "clip":
        check_names(value, ["clip", "images"])
        if "images" in value:
            parts = value["images"]
            if not isinstance(parts, list) or not 0 < len(parts) <= limits.max_frames:
                raise invalid(f"images must be a list of 1 to {limits.max_frames:,} images")
            return [image for part in parts for image in _images(part, 1, limits)]
        return _images(value.get("clip"), limits.max_frames, limits)
    check_names(value, ["frames", "columns", "csv"])
    if "csv" in value:
        frames, columns = _table(value["csv"], card, limits)
    else:
        frames, columns = _numbers(value.get("frames"), limits), _columns(value.get("columns"))
    return _vectors(frames, columns, card)


def _wrong(kind: str) -> Exception:
    return invalid(f"an input of this model must be {EXAMPLES[kind]}")


def _images(value: Json, most: int, limits: ServeLimits) -> list[np.ndarray]:
    """The frames of an image file."""
    from PIL import Image, ImageOps, ImageSequence

    if not isinstance(value, str):
        raise invalid("an image must be the base64 of an image file")
    try:
        data = base64.b64decode(value.partition(",")[2] if value.startswith("data:") else value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid("an image is not valid base64") from error
    refused = invalid(f"not an image that can be read ({', '.join(IMAGE_FORMATS)})")
    try:
        with Image.open(io.BytesIO(data), formats=IMAGE_FORMATS) as opened:
            count = min(most, getattr(opened, "n_frames", 1))
            if opened.width * opened.height * count > limits.max_pixels:
                raise invalid(f"an image must have at most {limits.max_pixels:,} pixels")
            frames = []
            for frame in itertools.islice(ImageSequence.Iterator(opened), count):
                upright = ImageOps.exif_transpose(frame) if most == 1 else frame
                paper = Image.new("RGBA", upright.size, "white")
                frames.append(np.asarray(Image.alpha_composite(paper, upright.convert("RGBA")).convert("RGB")))
    except type(refused):
        raise
    except Exception as error:  # of a damaged file Pillow raises whatever its decoders meet
        raise refused from error
    if not frames:
        raise refused
    return frames


def _numbers(value: Json, limits: ServeLimits) -> np.ndarray:
    refused = invalid("frames must be a list of lists of numbers, all of one length")
    if not isinstance(value, list) or not value or not all(isinstance(row, list) for row in value):
        raise refused
    if len(value) > limits.max_frames:
        raise invalid(f"a sequence must have at most {limits.max_frames:,} frames")
    width = len(value[0])
    for row in value:
        if len(row) != width or not all(isinstance(item, int | float) and not isinstance(item, bool) for item in row):
            raise refused
    try:
        return _finite(np.asarray(value, np.float64).reshape(len(value), width))
    except (OverflowError, TypeError, ValueError) as error:
        raise refused from error


def _finite(numbers: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        small = numbers.astype(np.float32)
    if not np.isfinite(small).all():
        raise invalid("a number of a frame is too large, or not a number")
    return small


def _columns(value: Json) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise invalid("columns must be a list of names")
    return list(value)


def _table(value: Json, card: ModelCard, limits: ServeLimits) -> tuple[np.ndarray, list[str]]:
    """Numbers and names of a table; columns that the model does not know are left out."""
    if not isinstance(value, str):
        raise invalid("csv must be a text: a line of names, and a line for each frame")
    lines = value.removeprefix("\ufeff").splitlines()
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error as error:
        raise invalid("csv is not a table") from error
    if not rows or len(rows) - 1 > limits.max_frames:
        raise invalid(f"a table must have 1 to {limits.max_frames:,} lines of numbers")
    columns = [] if all(map(_is_number, rows[0])) else [name.strip() for name in rows.pop(0)]
    if columns and card.columns:
        known = {_key(name): place for place, name in enumerate(columns)}
        missing = [name for name in card.columns if _key(name) not in known]
        if missing:
            raise invalid(f"column '{missing[0]}' is missing; the model reads {', '.join(card.columns[:8])}")
        places, columns = [known[_key(name)] for name in card.columns], list(card.columns)
    else:
        places = list(range(len(columns or rows[0])))
    try:
        numbers = [[float(row[place].replace(",", ".")) for place in places] for row in rows]
    except (ValueError, IndexError) as error:
        raise invalid("a cell of the table is not a number") from error
    if not numbers:
        raise invalid("the table has no line of numbers")
    return _finite(np.asarray(numbers, np.float64)), columns


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text.replace(",", ".")))
    except ValueError:
        return False


def _vectors(frames: np.ndarray, columns: Sequence[str], card: ModelCard) -> np.ndarray:
    from zoo.codecs.feature_array import FeatureArray

    if columns and len(columns) != frames.shape[1]:
        raise invalid(f"{len(columns)} columns for frames of {frames.shape[1]} numbers")
    if frames.shape[1] != card.features:
        raise invalid(f"a frame must have {card.features} numbers, not {frames.shape[1]}")
    return FeatureArray(frames, columns)
