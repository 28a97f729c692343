"""Sequences of bit vectors, written as words: what the tasks of the memory are about, as text and as arrays.

A source has a word a frame: `0110` a vector; `|` a new item begins; `?` the question begins; `x3` so many repetitions
are wanted; `-` an answer is due. A target has a word for each `-`, in order: `0110` a vector; `.` the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zoo import ZooError

ITEM, QUESTION, DUE, END = "|", "?", "-", "."
MANY = 10
"""Repetitions are shown to the model in units of this."""


class _Words:
    """The base of the two codecs: they learn nothing, because the task's settings determine everything."""

    def __init__(self, bits: int, more: int) -> None:
        self.bits = bits
        self.size = bits + more
        """Numbers of a frame."""

    def fit(self, values: Iterable[str]) -> None:
        """Learn nothing."""

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write nothing: the run's settings hold the number of bits."""

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read nothing."""

    def _vector(self, word: str) -> list[float]:
        if len(word) != self.bits or set(word) - {"0", "1"}:
            raise ZooError(f"'{word}' is not a vector of {self.bits} bits, such as {'01' * self.bits:.{self.bits}}")
        return [float(letter) for letter in word]


class SourceCodec(_Words):
    """Sources: float32 `[T, bits + 3]`; behind the bits whether an item or a question begins, and the repetitions.

    Args:
        bits: of a vector.
    """

    def __init__(self, bits: int) -> None:
        super().__init__(bits, more=3)

    def encode(self, value: str) -> np.ndarray:
        """The frames of a source.

        Raises:
            ZooError: a word that is none of those above.
        """
        frames = np.zeros((len(value.split()), self.size), np.float32)  # [T, bits + 3]
        for frame, word in zip(frames, value.split(), strict=True):
            if word in (ITEM, QUESTION):
                frame[self.bits + (word == QUESTION)] = 1
            elif word[:1] == "x" and word[1:].isdecimal():
                frame[self.bits + 2] = int(word[1:]) / MANY
            elif word != DUE:
                frame[: self.bits] = self._vector(word)
        return frames

    def decode(self, array: npt.ArrayLike) -> str:
        """The source of frames."""
        words = []
        for frame in np.asarray(array):
            item, question, times = frame[self.bits :]
            vector = "".join(str(int(bit > 0.5)) for bit in frame[: self.bits])
            if times:
                words.append(f"x{round(float(times) * MANY)}")
            else:
                # An empty frame is one at which an answer is due, or a vector of zeros: the model cannot tell either.
                words.append(ITEM if item else QUESTION if question else vector if "1" in vector else DUE)
        return " ".join(words)


class TargetCodec(_Words):
    """Targets: float32 `[answers, bits]`, 0 or 1; with one more column where the model must say when it ends.

    Args:
        bits: of a vector.
        ends: whether there is an end to tell.
    """

    def __init__(self, bits: int, ends: bool = False) -> None:
        super().__init__(bits, more=int(ends))
        self.ends = ends

    def encode(self, value: str) -> np.ndarray:
        """The answers of a target.

        Raises:
            ZooError: a word that is none of those above.
        """
        answers = np.zeros((len(value.split()), self.size), np.float32)  # [answers, size]
        for answer, word in zip(answers, value.split(), strict=True):
            if self.ends and word == END:
                answer[self.bits] = 1
            else:
                answer[: self.bits] = self._vector(word)
        return answers

    def decode(self, array: npt.ArrayLike) -> str:
        """The target of answers, or of the probabilities of their bits."""
        likely = np.asarray(array) > 0.5  # [answers, size]
        return " ".join(
            END if self.ends and answer[self.bits] else "".join(str(int(bit)) for bit in answer[: self.bits])
            for answer in likely
        )


def due(source: str) -> np.ndarray:
    """Say at which frames of a source an answer is due: bool `[T]`."""
    return np.array([word == DUE for word in source.split()])
