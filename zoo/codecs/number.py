"""Numbers as targets of a regression."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zoo.codecs.codec import RawValue
from zoo.codecs.codec_file import read_codec, write_codec
from zoo.errors import ZooError

_LEAST = 1e-12
"""A deviation below this means that all numbers are the same."""


class NumberCodec:
    """One float for a number, or a sequence of them, brought to mean 0 and deviation 1 over the training values."""

    def __init__(self) -> None:
        self.mean, self.deviation = 0.0, 0.0

    @property
    def size(self) -> int:
        """1: a model gives one number for each target."""
        return 1

    def fit(self, values: Iterable[RawValue]) -> None:
        """Learn mean and deviation.

        Raises:
            ZooError: a value is not a number, or all of them are the same.
        """
        count, mean, square = 0, 0.0, 0.0
        for value in values:
            for number in _numbers(value):
                count += 1
                step = number - mean
                mean += step / count
                square += step * (number - mean)
        if not count:
            raise ZooError("the training examples have no numbers to learn")
        deviation = math.sqrt(square / count)
        if deviation < _LEAST * max(1.0, abs(mean)):
            raise ZooError(f"all numbers of the training examples are {mean:g}: there is nothing to learn")
        self.mean, self.deviation = mean, deviation

    def encode(self, value: RawValue) -> np.ndarray:
        """The scaled number, float32 [], or those of a sequence, float32 [T].

        Raises:
            ZooError: it is not a number.
        """
        self._check()
        scaled = (np.array(_numbers(value), np.float64) - self.mean) / self.deviation
        return np.asarray(scaled if _is_sequence(value) else scaled[0], np.float32)

    def decode(self, array: npt.ArrayLike) -> float | list[float]:
        """The number of a scaled one [], or the list of those of [T]."""
        self._check()
        found = np.asarray(array, np.float64) * self.deviation + self.mean
        return found.tolist()

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`: mean and deviation."""
        write_codec(folder, name, "number", {"mean": self.mean, "deviation": self.deviation})

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        content = read_codec(folder, name, "number")
        mean, deviation = content.get("mean"), content.get("deviation")
        if not isinstance(mean, float) or not isinstance(deviation, float) or not deviation > 0:
            raise ZooError(f"{folder / name}.json: damaged: it has no mean and deviation; train the run again")
        self.mean, self.deviation = mean, deviation

    def _check(self) -> None:
        if not self.deviation:
            raise ValueError("the number codec is neither fitted nor restored yet")


def _is_sequence(value: RawValue) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _numbers(value: RawValue) -> Sequence[float]:
    found = []
    for one in value if _is_sequence(value) else [value]:
        try:
            number = float(one)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise ZooError(
                f"{one!r} is not a number; data.target=number needs numbers, data.target=label takes classes"
            )
        found.append(number)
    return found
