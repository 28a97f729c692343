"""Images of users: a folder per class."""

from __future__ import annotations

import io
from functools import partial

import numpy as np

import zoo
from zoo.data import Splits, read_class_folders

_MODES = {1: "L", 3: "RGB"}


def read_images(folder: str, channels: int, validation: float, test: float, on_error: str) -> Splits:
    """Read a folder that has a folder of images for each class, or such folders below `train`, `test`, `validation`.

    Args:
        folder: the names of its folders are the labels.
        channels: 1 (grey) or 3 (red, green, blue).
        validation: share for validation, if there is no folder for it.
        test: share for testing, if there is no folder for it.
        on_error: `stop` at a file that is not an image, or `skip` and count them.

    Returns:
        Splits of examples `{"source": uint8 [height, width] or [height, width, 3], "target": label}`.

    Raises:
        ZooError: names the file.
    """
    return read_class_folders(folder, validation, test, on_error, read=partial(image_of, channels=channels))


def image_of(content: bytes, channels: int) -> np.ndarray:
    """Read a file's bytes as an image.

    Args:
        content: of a PNG, a JPEG or whatever else Pillow reads.
        channels: 1 or 3.

    Returns:
        uint8 [height, width] or [height, width, 3].

    Raises:
        ZooError: it is none; says that alone.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as opened:
            return np.asarray(ImageOps.exif_transpose(opened).convert(_MODES[channels]))
    except UnidentifiedImageError:
        raise zoo.ZooError("not an image that Pillow can read") from None
    except Exception as error:  # of a damaged file Pillow raises whatever its decoders meet
        raise zoo.ZooError(f"the image is damaged: {error}") from error
