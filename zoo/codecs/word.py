"""Text by words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from zoo.codecs.codec_file import read_codec, write_codec
from zoo.codecs.document import CHUNK, Document, surrogate_error
from zoo.codecs.text import EncodedChunk, TextCodec, checked_ids, no_text
from zoo.errors import ZooError

# In turn: an elided word with its apostrophe (l' in l'eau), a word, what hangs on one ('s in it's, -vous), a single
# mark, or what else is white; words and marks with the space before them. Parts are met more often than wholes.
_TOKEN = re.compile(
    r" ?\w+['\u2019](?=[aeiouyhœæàâäéèêëîïôöùûü])| ?\w+|(?<=\w)['\u2019-]\w+| ?[^\w\s]|\s", re.IGNORECASE
)
_CUT = re.compile(r"(?<=\S) (?=\w)")  # no symbol reaches over such a place
_UNKNOWN = " \ufffd"


class WordCodec(TextCodec):
    """One id a word, with the space before it; id 0 stands for all words that were not learned and prints as U+FFFD.

    A text whose words are all known comes back exactly: a mark that follows a word without a space is another symbol
    than one that stands by itself. Elided and hyphenated words are several symbols: l' eau, it 's, avez -vous.

    Args:
        vocabulary: how many ids at most, the unknown one included; 0: no limit.
        least: how often a word must occur in the training text to be learned.
        lowercase: whether capitals are made small first; then they do not come back.
    """

    unknown_id = 0

    def __init__(self, vocabulary: int = 0, least: int = 1, lowercase: bool = False) -> None:
        self.vocabulary, self.least, self.lowercase = vocabulary, least, lowercase
        self._words: list[str] = []
        self._ids: dict[str, int] = {}

    @property
    def size(self) -> int:
        """Number of words known, plus one for the unknown."""
        if not self._words:
            raise ValueError("the word codec is neither fitted nor restored yet")
        return len(self._words)

    @property
    def words(self) -> list[str]:
        """The known words in the order of their ids, which begin at 1."""
        return self._words[1:]

    def fit(self, values: Iterable[str | Document]) -> None:
        """Count the words of the training texts and number them from the most frequent on."""
        counts: Counter[str] = Counter()
        for value in values:
            # The space in front makes the first word the same as that word elsewhere.
            texts = _whole_words(value.chunks()) if isinstance(value, Document) else [f" {value}"] if value else []
            for text in texts:
                counts.update(self._tokens(text))
        if not counts:
            raise no_text("words")
        kept = [word for word, count in counts.items() if count >= self.least]
        if not kept:
            most = max(counts.values())
            raise ZooError(f"no word of the training text occurs {self.least} times; the most frequent occurs {most}")
        kept.sort(key=lambda word: (-counts[word], word))
        self._set(kept[: self.vocabulary - 1] if self.vocabulary else kept)

    def encode_text(self, text: str) -> np.ndarray:
        """Ids of a string: int32 [number of words and marks]."""
        if not self._words:
            raise ValueError("the word codec is neither fitted nor restored yet")
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise surrogate_error("text", error) from error
        # The space in front makes the first word the same as that word elsewhere.
        return self._encode(f" {text}") if text else np.zeros(0, np.int32)

    def encode_document(self, document: Document, chunk: int = CHUNK) -> Iterator[EncodedChunk]:
        """Ids of a document of any size, cut before words."""
        for number, text in enumerate(_whole_words(document.chunks(chunk))):
            yield EncodedChunk(self._encode(text), len(text) - (number == 0))

    def _encode(self, text: str) -> np.ndarray:
        return np.array([self._ids.get(token, 0) for token in self._tokens(text)], np.int32)

    def tokens(self, text: str) -> list[str]:
        """The words and marks of a string, one an id, without the spaces around them."""
        return [token.strip() or token for token in self._tokens(f" {text}")] if text else []

    def decode(self, array: Iterable[int] | np.ndarray) -> str:
        """The text of ids [N]."""
        return self._text(checked_ids(array, self.size).tolist()).removeprefix(" ")

    def stream(self) -> WordStream:
        """A decoder for ids that arrive a few at a time."""
        return WordStream(self)

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`: the words in the order of their ids."""
        write_codec(folder, name, "word", {"words": self.words, "lowercase": self.lowercase})

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        content = read_codec(folder, name, "word")
        words = content.get("words")
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise ZooError(f"{folder / name}.json: damaged: it lists no words; the run has to be trained again")
        self.lowercase = bool(content.get("lowercase"))
        self._set(words)

    def _tokens(self, text: str) -> list[str]:
        return _TOKEN.findall(text.lower() if self.lowercase else text)

    def _text(self, ids: list[int]) -> str:
        return "".join(map(self._words.__getitem__, ids))

    def _set(self, words: list[str]) -> None:
        self._words = [_UNKNOWN, *words]
        self._ids = {word: index for index, word in enumerate(words, 1)}


def _whole_words(texts: Iterable[str]) -> Iterator[str]:
    """Join chunks of a text with a space in front, and cut it where a single space stands before a word."""
    held = " "
    for text in texts:
        held += text
        end = max((found.start() for found in _CUT.finditer(held)), default=0)
        if end:
            yield held[:end]
            held = held[end:]
    if held != " ":
        yield held


class WordStream:
    """Every id is whole words, so nothing is held back; the space before the first is left out.

    Args:
        codec: what to decode with.
    """

    def __init__(self, codec: WordCodec) -> None:
        self._codec = codec
        self._begun = False

    def push(self, ids: Iterable[int] | np.ndarray) -> str:
        """The words of these ids."""
        text = self._codec._text(checked_ids(ids, self._codec.size).tolist())
        if text and not self._begun:
            self._begun = True
            return text.removeprefix(" ")
        return text

    def flush(self) -> str:
        """Nothing: see above."""
        return ""
