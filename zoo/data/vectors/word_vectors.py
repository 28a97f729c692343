"""What every source of word vectors answers, and finding one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from zoo.errors import UsageError, did_you_mean
from zoo.files import expanded, file_errors, open_file

FASTTEXT_MAGIC = (793712314).to_bytes(4, "little")


class WordVectors(Protocol):
    """A collection of words with a vector each, the most frequent first; only what is asked for is kept in memory."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        ...

    def first_words(self, count: int) -> list[str]:
        """Return the first words."""
        ...

    def find(self, words: Collection[str]) -> dict[str, np.ndarray]:
        """Return the vectors of those words that have one, each float32 [dimension].

        Raises:
            ZooError: the collection is damaged; names the place.
        """
        ...


def open_vectors(source: str, plugins: Mapping[str, Callable[[], WordVectors]]) -> WordVectors:
    """Find word vectors.

    Args:
        source: the setting `text.vectors`: the name that a plugin gives its collection, or a file.
        plugins: name -> function that opens a collection.

    Raises:
        UsageError: there is no such file or name.
        ZooError: the file is not one of word vectors.
    """
    if source in plugins:
        return plugins[source]()
    path = expanded(source)
    if not path.exists():
        raise UsageError(f"text.vectors={source}: no such file{did_you_mean(source, plugins)}")
    with file_errors(path):
        return _open_file(path)


def _open_file(path: Path) -> WordVectors:
    from zoo.data.vectors.fasttext_file import FastTextFile
    from zoo.data.vectors.numpy_file import NumpyFile
    from zoo.data.vectors.vector_file import VectorFile

    if path.suffix == ".npy":
        return NumpyFile(path)
    with open_file(path) as file:
        begin = file.read(4)
    return FastTextFile(path) if begin == FASTTEXT_MAGIC else VectorFile(path)
