"""Sequences of feature vectors."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from zoo.codecs.codec_file import read_codec, write_codec
from zoo.errors import ZooError


class VectorCodec:
    """Sequences of vectors, each feature brought to mean 0 and deviation 1 as the training values have it."""

    def __init__(self) -> None:
        self._mean = np.zeros(0, np.float32)
        self._deviation = np.zeros(0, np.float32)

    @property
    def size(self) -> int:
        """Number of features."""
        if not self._mean.size:
            raise ValueError("the vector codec is neither fitted nor restored yet")
        return self._mean.size

    @property
    def shape(self) -> tuple[int]:
        """Of one vector."""
        return (self.size,)

    def fit(self, values: Iterable[Any]) -> None:
        """Learn mean and deviation of each feature.

        Raises:
            ZooError: no values, or some with another number of features.
        """
        count = 0
        mean = square = np.zeros(0)
        for value in values:
            sequence = np.asarray(value, np.float64)
            if sequence.ndim != 2 or (count and sequence.shape[1] != mean.size):
                wanted = f" of {mean.size} features" if count else ""
                raise ZooError(f"a sequence of vectors{wanted} has the axes [time, features], not {sequence.shape}")
            # The average of averages, so that squares of large sums never meet (Chan et al. 1983).
            total = count + len(sequence)
            step = sequence.mean(0) - (mean if count else 0)
            within = ((sequence - sequence.mean(0)) ** 2).sum(0)
            square = (square if count else 0) + within + step**2 * count * len(sequence) / max(total, 1)
            mean = (mean if count else 0) + step * len(sequence) / max(total, 1)
            count = total
        if not count:
            raise ZooError("there are no training vectors to learn a scale from")
        deviation = np.sqrt(square / count)
        self._mean = mean.astype(np.float32)
        # A feature that never changes says nothing; it must not be divided by zero.
        self._deviation = np.where(deviation > 1e-8, deviation, 1.0).astype(np.float32)

    def encode(self, value: Any) -> np.ndarray:
        """A sequence as float32 `[T, D]`.

        Raises:
            ZooError: another number of features, or a value that is no finite number.
        """
        sequence = np.asarray(value, np.float32)
        if sequence.ndim != 2 or sequence.shape[1] != self.size:
            raise ZooError(f"a sequence of vectors has the axes [time, {self.size} features], not {sequence.shape}")
        if not np.isfinite(sequence).all():
            row, column = np.argwhere(~np.isfinite(sequence))[0]
            raise ZooError(f"vector {row + 1} of a sequence holds {sequence[row, column]} as feature {column + 1}")
        return (sequence - self._mean) / self._deviation

    def decode(self, array: Any) -> np.ndarray:
        """The vectors on their own scale, float32 `[T, D]`."""
        return np.asarray(array, np.float32) * self._deviation + self._mean

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`: means and deviations."""
        content = {"mean": self._mean.tolist(), "deviation": self._deviation.tolist()}
        write_codec(folder, name, "vectors", content)

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        content = read_codec(folder, name, "vectors")
        try:
            mean = np.array(content["mean"], np.float32)
            deviation = np.array(content["deviation"], np.float32)
        except (KeyError, TypeError, ValueError):
            mean = deviation = np.zeros(0, np.float32)
        if mean.ndim != 1 or not mean.size or mean.shape != deviation.shape or not (deviation > 0).all():
            raise ZooError(f"{folder / name}.json: damaged: it holds no scale; the run has to be trained again")
        self._mean, self._deviation = mean, deviation
