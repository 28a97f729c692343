"""Word vectors as a model of fastText (`.bin`), which has vectors for parts of words, too.

Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information", arXiv:1607.04606.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from zoo.errors import ZooError
from zoo.files import file_errors, open_file

VERSION = 12
LONGEST_WORD = 4096
_WORD = 0


class FastTextFile:
    """A model of fastText, format 12, not quantized: a word's vector is the mean of its own and its n-grams' rows.

    The words are read into memory; of the vectors only those that are asked for.

    Args:
        path: of the file.

    Raises:
        ZooError: the file is damaged, quantized or of another version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with file_errors(path, "is not a whole model of fastText"), open_file(path) as file:
            _, version = _read(file, "<ii")
            if version != VERSION:
                raise ZooError(f"{path} is of fastText's format {version}; this reads {VERSION}")
            dim, *_, bucket, least, most, _, _ = _read(file, "<12id")
            words, known, labels, _, pruned = _read(file, "<iiiqq")
            if dim < 1 or known + labels != words or known < 0:
                raise ZooError(f"{path} is damaged: {words:,} words of {dim:,} numbers")
            self._rows: dict[str, int] = {}
            for row in range(words):
                word = _word(file, path)
                _, kind = _read(file, "<qb")
                if kind == _WORD:
                    self._rows[word] = row
            file.seek(8 * max(0, pruned), 1)
            (quantized,) = _read(file, "<?")
            if quantized or pruned > 0:
                raise ZooError(f"{path} is quantized; use the model that is not, or its .vec file")
            rows, columns = _read(file, "<qq")
            begin = file.tell()
        if columns != dim or rows < words or path.stat().st_size < begin + 4 * rows * columns:
            raise ZooError(f"{path} is damaged or cut off: its matrix should be {rows:,} x {columns:,}")
        self._array = np.memmap(path, "<f4", "r", begin, (rows, columns))
        self._bucket, self._least, self._most = bucket, least, most
        self._words = known

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._array.shape[1])

    def first_words(self, count: int) -> list[str]:
        """Return the first words (see `WordVectors`)."""
        return list(self._rows)[:count]

    def find(self, words: Collection[str]) -> dict[str, np.ndarray]:
        """Return the vectors of words; one that the model does not know is made of its n-grams (see `WordVectors`)."""
        found = {}
        for word in words:
            rows = [self._rows[word]] if word in self._rows else []
            if self._bucket:
                rows += [self._words + _hash(part) % self._bucket for part in self._parts(word)]
            if not rows or max(rows) >= len(self._array):
                continue
            vector = np.asarray(self._array[rows], np.float32).mean(axis=0)
            if not np.isfinite(vector).all():
                raise ZooError(f"{self._path}: the vector of '{word}' has a value that is not finite")
            found[word] = vector
        return found

    def _parts(self, word: str) -> Iterator[str]:
        """The n-grams of a word between its two marks."""
        marked = f"<{word}>"
        for begin in range(len(marked)):
            for length in range(self._least, self._most + 1):
                end = begin + length
                if end > len(marked):
                    break
                if not (length == 1 and (begin == 0 or end == len(marked))):
                    yield marked[begin:end]


def _read(file: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, file.read(struct.calcsize(layout)))


def _word(file: BinaryIO, path: Path) -> str:
    word = bytearray()
    while (byte := file.read(1)) != b"\0":
        word += byte
        if not byte or len(word) > LONGEST_WORD:
            raise ZooError(f"{path} is damaged: a word without an end")
    return word.decode("utf-8", "replace")


def _hash(text: str) -> int:
    """FNV-1a of 32 bits, over signed bytes as fastText has it."""
    value = 2166136261
    for byte in text.encode():
        value = ((value ^ ((byte - 256 if byte > 127 else byte) & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
    return value
