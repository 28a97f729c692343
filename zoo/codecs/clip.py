"""Clips: sequences of pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from zoo.codecs.picture import PictureCodec
from zoo.errors import ZooError


class ClipCodec(PictureCodec):
    """Sequences of pictures of one size (see `PictureCodec`).

    A raw clip is an array or any sequence of raw pictures.
    """

    def _take_size(self, picture: Any) -> None:
        for frame in picture:
            super()._take_size(frame)
            return
        raise ZooError("a clip has no frame")

    def encode(self, value: Iterable[Any]) -> np.ndarray:
        """A clip as uint8 `[T, height, width, channels]`.

        Raises:
            ZooError: there is no frame, or one is damaged; names it.
        """
        if isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.shape[1:] == self.shape and len(value):
            return value
        frames = [super(ClipCodec, self).encode(frame) for frame in value]
        if not frames:
            raise ZooError("a clip has no frame")
        return np.stack(frames)
