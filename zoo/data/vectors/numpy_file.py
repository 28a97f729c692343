"""Word vectors as a NumPy array, with a text file of its words."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from zoo.errors import ZooError
from zoo.files import file_errors, open_file

LONGEST_WORD = 4096
SUFFIXES = (".txt", ".vocab", ".words")


class NumpyFile:
    """An array [words, dimension] in `NAME.npy`, which is not read whole, and `NAME.txt` with a word on each line.

    Args:
        path: of the array; the words are in a file of the same name that ends in .txt, .vocab or .words.

    Raises:
        ZooError: a file is missing or damaged, or they do not fit together.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        words = [path.with_suffix(suffix) for suffix in SUFFIXES if path.with_suffix(suffix).exists()]
        if not words:
            raise ZooError(
                f"{path} needs {path.with_suffix('.txt').name} beside it, with the word of each row on a line"
            )
        with file_errors(path, "is not an array of word vectors"):
            open_file(path).close()  # np.load would wait for the writer of a pipe
            self._array = np.load(path, mmap_mode="r", allow_pickle=False)
        if not isinstance(self._array, np.ndarray) or self._array.ndim != 2 or self._array.dtype.kind != "f":
            raise ZooError(f"{path}: expected an array of numbers [words, dimension]")
        with file_errors(words[0]), open_file(words[0]) as file:
            lines: list[str] = []
            while line := file.readline(LONGEST_WORD):
                if len(line) == LONGEST_WORD:
                    raise ZooError(f"{words[0]}:{len(lines) + 1}: a word of more than {LONGEST_WORD:,} bytes")
                lines.append(line.rstrip(b"\r\n").decode("utf-8", "replace"))
        if len(lines) != len(self._array):
            raise ZooError(
                f"{words[0]} has {len(lines):,} words, {path} {len(self._array):,} rows; they should be equal"
            )
        self._words = lines

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._array.shape[1])

    def first_words(self, count: int) -> list[str]:
        """Return the first words (see `WordVectors`)."""
        return self._words[:count]

    def find(self, words: Collection[str]) -> dict[str, np.ndarray]:
        """Return the vectors of words (see `WordVectors`)."""
        wanted, found = frozenset(words), dict[str, np.ndarray]()
        for place, word in enumerate(self._words):
            if word in wanted and word not in found:
                vector = np.asarray(self._array[place], np.float32)
                if not np.isfinite(vector).all():
                    raise ZooError(f"{self._path}: row {place + 1}, '{word}', has a value that is not finite")
                found[word] = vector
        return found
