"""Reads one sequence of frames: a folder of images, a video, or a file of vectors, with or without labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from zoo.codecs.feature_array import FeatureArray
from zoo.data.readers.clip import images_in
from zoo.data.readers.video import VIDEO_ENDINGS, Video
from zoo.errors import ZooError
from zoo.files import expanded


def read_sequence(
    path: Path,
    labels: Sequence[str] = (),
    ignore: Sequence[str] = (),
    missing: str = "stop",
    encoding: str = "utf-8",
) -> list[Path] | Video | np.ndarray:
    """Read the frames of one sequence.

    Args:
        path: a folder of images; a video file; or a CSV or NPZ file as for `zoo.data.read_features`, with or without
            labels.
        labels: names of the column of labels, which is left out; empty for the usual names.
        ignore: names of columns that are not features.
        missing: how to fill missing numbers (see `zoo.data.readers.missing_values`).
        encoding: of the text.

    Returns:
        A list of the images' paths, a `Video`, or float32 `[T, D]`.

    Raises:
        ZooError: the path does not exist, or cannot be read; names file and line.
    """
    from zoo.data.readers.feature_file import FRAME_LABELS, FeatureFile, read_feature_rows

    place = expanded(path)
    if place.is_dir():
        images = images_in(place)
        if not images:
            raise ZooError(f"{path}: no images in this folder")
        return images
    if not place.exists():
        raise ZooError(f"{path}: no such file or folder")
    if place.suffix.lower() in VIDEO_ENDINGS:
        return Video(place)
    file = FeatureFile(place, tuple(labels) or FRAME_LABELS, tuple(ignore), (), missing, "", encoding)
    rows = read_feature_rows(file, labelled=False)
    return FeatureArray(rows.values, rows.columns)
