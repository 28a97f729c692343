"""Sequences of frames, each an image or a vector: whichever the training data has."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zoo.codecs.clip import ClipCodec
from zoo.codecs.codec import RawValue
from zoo.codecs.codec_file import read_record
from zoo.codecs.vector import VectorCodec


class FrameCodec:
    """A `ClipCodec`, or a `VectorCodec` where the training data holds arrays `[T, D]`.

    Args:
        clips: takes the images.
        vectors: takes the vectors.
    """

    def __init__(self, clips: ClipCodec, vectors: VectorCodec | None = None) -> None:
        self._inner: ClipCodec | VectorCodec = clips
        self._vectors = vectors or VectorCodec()

    @property
    def inner(self) -> ClipCodec | VectorCodec:
        """Whichever of the two is in use."""
        return self._inner

    @property
    def size(self) -> int:
        """Number of different values of a pixel's channel, or of features."""
        return self._inner.size

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one frame: (height, width, channels) or (D,)."""
        return self._inner.shape

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the features; empty where they have none, as for images."""
        return self._inner.columns if isinstance(self._inner, VectorCodec) else ()

    def fit(self, values: Iterable[RawValue]) -> None:
        """See what the training values are, and learn the scale of vectors."""
        remaining = iter(values)
        first = next(remaining, None)
        if isinstance(first, np.ndarray) and first.ndim == 2:
            self._inner = self._vectors
        self._inner.fit(chain(() if first is None else (first,), remaining))

    def encode(self, value: RawValue) -> np.ndarray:
        """A sequence as uint8 `[T, height, width, channels]` or float32 `[T, D]`."""
        return self._inner.encode(value)

    def encode_part(self, value: RawValue, start: int, stop: int) -> np.ndarray:
        """Frames `start` to `stop` of a sequence, encoded as in the whole."""
        return self._inner.encode_part(value, start, stop)

    @property
    def history(self) -> int:
        """How many frames before a frame its encoding depends on.

        Raises:
            ZooError: it depends on later ones.
        """
        return self._inner.history if isinstance(self._inner, VectorCodec) else 0

    def decode(self, array: npt.ArrayLike) -> np.ndarray:
        """The sequence of an array."""
        return self._inner.decode(array)

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`."""
        self._inner.save(folder, name)

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote, whichever it was."""
        if read_record(folder / f"{name}.json")["codec"] == "vectors":
            self._inner = self._vectors
        self._inner.restore(folder, name)
