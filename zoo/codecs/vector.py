"""Sequences of feature vectors."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zoo.codecs.codec_file import read_codec, write_codec
from zoo.codecs.feature_array import column_order, columns_of
from zoo.errors import ZooError

SCALES = ("training", "sequence")
_LEAST = 1e-8  # a feature that deviates less than this never changes


class VectorCodec:
    """Sequences of vectors, each feature brought to mean 0 and deviation 1.

    Features that have names (see `zoo.codecs.feature_array`) are taken by name, in whatever order they come.

    Args:
        scale: `training` takes means and deviations of all training values; `sequence` those of each sequence, which
            takes out where a recording was made and by whom, and needs the whole of it.
        changes: over how many frames the change of each feature is a feature, too, at the deviation that the training
            values have; 0 leaves changes out.
    """

    def __init__(self, scale: str = "training", changes: int = 0) -> None:
        if scale not in SCALES:
            raise ValueError(f"scale={scale!r} is not one of {', '.join(SCALES)}")
        self.scale, self.changes = scale, changes
        self.columns: tuple[str, ...] = ()
        """Names of the features; empty where the training values had none."""
        self._mean = np.zeros(0, np.float32)
        self._deviation = np.zeros(0, np.float32)
        self._change = np.zeros(0, np.float32)  # deviation of the changes

    @property
    def size(self) -> int:
        """D, the number of features of a raw vector."""
        if not self._mean.size:
            raise ValueError("the vector codec is neither fitted nor restored yet")
        return self._mean.size

    @property
    def moments(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean and deviation of each feature in the training values, and the deviation of its changes, [D] each."""
        return self._mean, self._deviation, self._change

    @property
    def shape(self) -> tuple[int]:
        """Of one encoded vector: (D,), or (2 D,) with changes."""
        return (self.size * (2 if self.changes else 1),)

    @property
    def history(self) -> int:
        """How many frames before a frame its encoding depends on.

        Raises:
            ZooError: it depends on later ones.
        """
        if self.scale == "sequence":
            raise ZooError("vectors.scale=sequence needs the whole sequence; a stream needs vectors.scale=training")
        return self.changes

    def fit(self, values: Iterable[npt.ArrayLike]) -> None:
        """Learn mean and deviation of each feature, and the deviation of its changes.

        Raises:
            ZooError: no values, or some with other features.
        """
        self.columns = ()
        count = 0
        mean = square = np.zeros(0)
        moved: np.ndarray | float = 0.0
        for value in values:
            self.columns = self.columns or columns_of(value)
            sequence = self._ordered(value, np.float64)
            if sequence.ndim != 2 or (count and sequence.shape[1] != mean.size):
                wanted = f" of {mean.size} features" if count else ""
                raise ZooError(
                    f"a sequence of vectors{wanted} must have the shape [time, features], not {sequence.shape}"
                )
            # The average of averages, so that squares of large sums never meet (Chan et al. 1983).
            total = count + len(sequence)
            step = sequence.mean(0) - (mean if count else 0)
            within = ((sequence - sequence.mean(0)) ** 2).sum(0)
            square = (square if count else 0) + within + step**2 * count * len(sequence) / max(total, 1)
            mean = (mean if count else 0) + step * len(sequence) / max(total, 1)
            count = total
            moved = moved + (self._changes(self._by_itself(sequence)) ** 2).sum(0)
        if not count:
            raise ZooError("there are no training vectors to learn a scale from")
        deviation = np.sqrt(square / count)
        self._mean = mean.astype(np.float32)
        self._deviation = _divisor(deviation)
        change = np.sqrt(moved / count)
        self._change = _divisor(change if self.scale == "sequence" else change / self._deviation)

    def encode(self, value: npt.ArrayLike) -> np.ndarray:
        """A sequence as float32 `[T, D]`, or `[T, 2 D]` with changes.

        Raises:
            ZooError: other features, or a value that is not finite.
        """
        sequence = self._ordered(value, np.float32)
        if sequence.ndim != 2 or sequence.shape[1] != self.size:
            raise ZooError(
                f"a sequence of vectors must have the shape [time, {self.size} features], not {sequence.shape}"
            )
        if not np.isfinite(sequence).all():
            row, column = np.argwhere(~np.isfinite(sequence))[0]
            raise ZooError(f"vector {row + 1} of a sequence holds {sequence[row, column]} as feature {column + 1}")
        if self.scale == "sequence":
            scaled = self._by_itself(sequence)
        else:
            scaled = (sequence - self._mean) / self._deviation
        if not self.changes:
            return scaled
        return np.concatenate([scaled, self._changes(scaled) / self._change], axis=1)

    def encode_part(self, value: npt.ArrayLike, start: int, stop: int) -> np.ndarray:
        """Vectors `start` to `stop` of a sequence, encoded as in the whole."""
        return self.encode(value)[start:stop]

    def _ordered(self, value: npt.ArrayLike, dtype: type[np.floating]) -> np.ndarray:
        """The numbers of a raw value, its features in the order of the training values."""
        numbers = np.asarray(value, dtype)
        columns = columns_of(value)
        order = column_order(columns, self.columns) if columns and self.columns else None
        return numbers if order is None else numbers[..., order]

    def _by_itself(self, sequence: np.ndarray) -> np.ndarray:
        """A sequence at its own scale where that is wanted: [T, D]."""
        if self.scale != "sequence" or not len(sequence):
            return sequence
        mean, deviation = sequence.mean(0, np.float64), sequence.std(0, np.float64)
        return ((sequence - mean) / _divisor(deviation)).astype(np.float32)

    def _changes(self, sequence: np.ndarray) -> np.ndarray:
        """How far each feature has moved over the last frames; since the first one where there are fewer: [T, D]."""
        before = np.maximum(np.arange(len(sequence)) - self.changes, 0)  # [T]
        return sequence - sequence[before]

    def decode(self, array: npt.ArrayLike) -> np.ndarray:
        """The vectors on the scale of the training values, float32 `[T, D]`."""
        return np.asarray(array, np.float32)[:, : self.size] * self._deviation + self._mean

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`: the scale."""
        arrays = {"mean": self._mean, "deviation": self._deviation, "change": self._change}
        content = {"scale": self.scale, "changes": self.changes, "columns": list(self.columns)}
        write_codec(folder, name, "vectors", content | {key: array.tolist() for key, array in arrays.items()})

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        content = read_codec(folder, name, "vectors")
        try:
            mean, deviation, change = (np.array(content[key], np.float32) for key in ("mean", "deviation", "change"))
        except (KeyError, TypeError, ValueError):
            mean = deviation = change = np.zeros(0, np.float32)
        shaped = mean.ndim == 1 and mean.size and mean.shape == deviation.shape == change.shape
        columns = content.get("columns", [])
        shaped = shaped and isinstance(columns, list) and len(columns) in (0, mean.size)
        divides = bool((deviation > 0).all() and (change > 0).all() and np.isfinite(mean).all())
        if not (shaped and divides and content.get("scale") in SCALES and isinstance(content.get("changes"), int)):
            raise ZooError(f"{folder / name}.json: damaged: it has no scale; train the run again")
        self._mean, self._deviation, self._change = mean, deviation, change
        self.scale, self.changes = content["scale"], content["changes"]
        self.columns = tuple(map(str, columns))


def _divisor(deviation: np.ndarray) -> np.ndarray:
    """Deviations to divide by: a feature that never changes says nothing, and must not be divided by zero."""
    return np.where(deviation > _LEAST, deviation, 1.0).astype(np.float32)
