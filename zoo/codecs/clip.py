"""Clips: sequences of images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from zoo.codecs.codec import RawValue
from zoo.codecs.image import ImageCodec
from zoo.errors import ZooError


class ClipCodec(ImageCodec):
    """Sequences of images of one size (see `ImageCodec`).

    A raw clip is an array or any sequence of raw images.
    """

    def _take_size(self, image: RawValue) -> None:
        for frame in image:
            super()._take_size(frame)
            return
        raise ZooError("a clip has no frame")

    def encode(self, value: Iterable[RawValue]) -> np.ndarray:
        """A clip as uint8 `[T, height, width, channels]`.

        Raises:
            ZooError: there are no frames, or one is damaged; names it.
        """
        if isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.shape[1:] == self.shape and len(value):
            return value
        frames = value if isinstance(value, Sequence | np.ndarray) else list(value)
        if not len(frames):
            raise ZooError("a clip has no frame")
        clip = np.empty((len(frames), *self.shape), np.uint8)  # [T, height, width, channels]
        # One by one, so that only one image is in memory at full size.
        for number, frame in enumerate(frames):
            clip[number] = super().encode(frame)
        return clip

    def encode_part(self, value: Sequence[RawValue], start: int, stop: int) -> np.ndarray:
        """Frames `start` to `stop` of a clip, uint8 `[stop - start, height, width, channels]`; no other is read."""
        return self.encode(value[start:stop])
