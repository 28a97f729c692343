"""Lists of words as arrays: the number of each word, and of its first and last characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

import zoo
from zoo.codecs import CharacterCodec, WordCodec

FIRST, LAST = 3, 5
"""Characters at the beginning and the end of a word that a model sees."""
WIDTH = 1 + FIRST + LAST


class WordsCodec(WordCodec):
    """A list of words, each as int32 [1 + 3 + 5]: its number, its first and its last characters.

    Characters tell what an unknown word may be: its capital, its ending. 0 stands for what is unknown or not there.

    Args:
        least: how often a word must occur to have a number of its own.
        lowercase: whether capitals count for the word's number; for its characters they always do.
    """

    def __init__(self, least: int = 1, lowercase: bool = True) -> None:
        super().__init__(least=least, lowercase=lowercase)
        self.characters = CharacterCodec()

    def fit(self, values: Iterable[Sequence[str]]) -> None:  # type: ignore[override]
        """Count words and characters."""
        counts: Counter[str] = Counter()
        characters: Counter[str] = Counter()
        for sentence in values:
            counts.update(self._token(word) for word in sentence)
            characters.update("".join(sentence))
        if not counts:
            raise zoo.ZooError("the training sentences have no words")
        kept = sorted((word for word, count in counts.items() if count >= self.least), key=lambda w: (-counts[w], w))
        self._set(kept or [max(counts, key=lambda word: counts[word])])
        self.characters.fit(["".join(characters)])

    def encode(self, value: Sequence[str]) -> np.ndarray:  # type: ignore[override]
        """The numbers of words: int32 [T, 9]."""
        rows = np.zeros((len(value), WIDTH), np.int32)
        for row, word in zip(rows, value, strict=True):
            row[0] = self._ids.get(self._token(word), 0)
            ids = self.characters.encode_token(word)
            row[1 : 1 + len(ids[:FIRST])] = ids[:FIRST]
            row[WIDTH - len(ids[-LAST:]) :] = ids[-LAST:]
        return rows

    def unknown(self, text: Sequence[str]) -> list[str]:  # type: ignore[override]
        """The words of a sentence that have no number."""
        return list(dict.fromkeys(word for word in text if self._token(word) not in self._ids))

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write the words and the characters."""
        super().save(folder, name)
        self.characters.save(folder, f"{name}-characters")

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        super().restore(folder, name)
        self.characters.restore(folder, f"{name}-characters")

    def _token(self, word: str) -> str:
        return f" {word.lower() if self.lowercase else word}"
