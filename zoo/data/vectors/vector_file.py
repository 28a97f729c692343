"""Word vectors as text (GloVe, word2vec, fastText's .vec) or in word2vec's binary format, also packed by gzip."""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from zoo.errors import ZooError
from zoo.files import file_errors, open_file

LONGEST_WORD = 4096
"""Bytes of a word at most; a word that does not end is a sign of another kind of file."""
LONGEST_NUMBER = 32
LARGEST_DIMENSION = 100_000


class _Layout(NamedTuple):
    """What the beginning of a file tells.

    Attributes:
        dimension: numbers in a vector.
        words: how many there are, or 0 if the file does not say.
        binary: whether the numbers are float32 rather than text.
        header: bytes before the first word.
    """

    dimension: int
    words: int
    binary: bool
    header: int


class VectorFile:
    """A file of word vectors, read from its beginning for each question.

    The format shows at the beginning: word2vec and fastText begin with a line of two numbers, the words and the
    dimension; GloVe begins with the first word.

    Args:
        path: of the file.

    Raises:
        ZooError: it is none of these formats.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._opened() as file:
            self._layout = _layout(file.read(1 << 20), path)

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._layout.dimension

    def first_words(self, count: int) -> list[str]:
        """Return the first words (see `WordVectors`)."""
        found: list[str] = []
        for word, _, _ in self._entries():
            if len(found) >= count:
                break
            found.append(word)
        return found

    def find(self, words: Collection[str]) -> dict[str, np.ndarray]:
        """Return the vectors of words (see `WordVectors`)."""
        wanted, found = frozenset(words), dict[str, np.ndarray]()
        for word, numbers, place in self._entries():
            if word in wanted and word not in found:
                found[word] = self._vector(word, numbers, place)
                if len(found) == len(wanted):
                    break
        return found

    def _vector(self, word: str, numbers: bytes, place: str) -> np.ndarray:
        if self._layout.binary:
            vector = np.frombuffer(numbers, "<f4").astype(np.float32)
        else:
            try:
                with np.errstate(over="ignore"):  # an infinite number is refused below
                    vector = np.array(numbers.split(), np.float32)
            except ValueError as error:
                raise ZooError(f"{place}: the vector of '{word}' has something that is not a number") from error
        if not np.isfinite(vector).all():
            raise ZooError(f"{place}: the vector of '{word}' has a value that is not finite")
        return vector

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        with file_errors(self._path), open_file(self._path) as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not packed:
                yield file
                return
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield unpacked  # type: ignore[misc]

    def _entries(self) -> Iterator[tuple[str, bytes, str]]:
        """Each word, its numbers as bytes, and its place for messages."""
        with self._opened() as file:
            file.read(self._layout.header)
            entries = self._binary(file) if self._layout.binary else self._lines(file)
            count = 0
            for entry in entries:
                yield entry
                count += 1
            if self._layout.words and count < self._layout.words:
                raise ZooError(
                    f"{self._path} is cut off: it has {count:,} of the {self._layout.words:,} words that its first "
                    "line announces"
                )

    def _lines(self, file: BinaryIO) -> Iterator[tuple[str, bytes, str]]:
        dimension = self._layout.dimension
        longest = LONGEST_WORD + dimension * LONGEST_NUMBER
        number = 1 if self._layout.header else 0
        while line := file.readline(longest):
            number += 1
            place = f"{self._path}:{number}"
            if len(line) == longest:
                raise ZooError(f"{place}: a line of more than {longest:,} bytes; these are not word vectors")
            line = line.strip(b" \t\r\n")
            if not line:
                continue
            if line.count(b" ") == dimension:  # what nearly all lines are, and quick
                word, _, numbers = line.partition(b" ")
                yield word.decode("utf-8", "replace"), numbers, place
                continue
            parts = line.replace(b"\t", b" ").rsplit(b" ", dimension)
            ragged = len(parts) <= dimension or not parts[1] or _is_number(parts[0].rpartition(b" ")[2], parts[0])
            if ragged:
                raise ZooError(f"{place}: {_count(line):,} numbers after the word; expected {dimension:,}")
            yield parts[0].decode("utf-8", "replace"), b" ".join(parts[1:]), place

    def _binary(self, file: BinaryIO) -> Iterator[tuple[str, bytes, str]]:
        size = 4 * self._layout.dimension
        for number in range(1, self._layout.words + 1):
            place = f"{self._path}: word {number:,}"
            word = bytearray()
            while (byte := file.read(1)) not in (b" ", b""):
                word += byte
                if len(word) > LONGEST_WORD:
                    raise ZooError(f"{place}: a word of more than {LONGEST_WORD:,} bytes; the file is damaged")
            numbers = file.read(size)
            if not byte or len(numbers) < size:
                return  # cut off, which `_entries` reports
            yield bytes(word).lstrip(b"\n").decode("utf-8", "replace"), numbers, place


def _layout(begin: bytes, path: Path) -> _Layout:
    first, newline, rest = begin.partition(b"\n")
    header = first.split()
    if newline and len(header) == 2 and all(part.isdigit() for part in header):
        words, dimension = int(header[0][:20]), int(header[1][:20])
        if not words or not 0 < dimension <= LARGEST_DIMENSION:
            raise ZooError(f"{path}:1: {words:,} words of {dimension:,} numbers; expected word vectors")
        line = rest.partition(b"\n")[0].replace(b"\t", b" ").strip(b" \r").rsplit(b" ", dimension)
        is_text = len(line) == dimension + 1 and all(_is_float(part) for part in line[1:])
        # A ragged first line is reported as such, not read as binary.
        is_text = is_text or _is_mostly_numbers(rest[: 64 * dimension].partition(b"\n")[0])
        return _Layout(dimension, words, not is_text, len(first) + 1)
    dimension = _count(first)
    if dimension < 2 or (not newline and len(begin) >= 1 << 20):
        raise ZooError(
            f"{path} has no word vectors: its first line should be a word and its numbers, or the numbers of words and "
            "dimensions"
        )
    return _Layout(dimension, 0, False, 0)


def _count(line: bytes) -> int:
    """The numbers at the end of a line, not counting its first word."""
    count = 0
    for part in reversed(line.split()[1:]):
        if not _is_float(part):
            break
        count += 1
    return count


def _is_mostly_numbers(line: bytes) -> bool:
    parts = line.split()[1:]
    return len(parts) > 1 and sum(map(_is_float, parts)) > len(parts) // 2


def _is_number(last: bytes, word: bytes) -> bool:
    """Whether a word with a space in it ends with a number: then the line has too many numbers."""
    return b" " in word and _is_float(last)


def _is_float(part: bytes) -> bool:
    try:
        float(part)
    except ValueError:
        return False
    return True
