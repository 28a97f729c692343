"""The base of text codecs: documents of any size, and streaming of ids to text."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from zoo.codecs.document import CHUNK, Document
from zoo.codecs.normalization import KEEP, Normalization
from zoo.errors import ZooError


class EncodedChunk(NamedTuple):
    """A piece of an encoded document.

    Args:
        ids: int32 [N].
        characters: number of characters in the text, for metrics per character.
    """

    ids: np.ndarray
    characters: int


class TextStream(Protocol):
    """Turns ids that arrive a few at a time into text that can be printed at once."""

    def push(self, ids: Iterable[int] | np.ndarray) -> str:
        """The characters that these ids complete; bytes of an unfinished character are held back."""
        ...

    def flush(self) -> str:
        """Return the rest at the end: an incomplete character prints as U+FFFD."""
        ...


class TextCodec(abc.ABC):
    """A codec whose values are strings or documents.

    `decode(encode(text))` is the normalised text, for every text made of tokens that the codec knows.
    """

    unknown_id: int | None = None
    """The id of all tokens that were not in the training text; None where every text can be encoded."""
    normalization: Normalization = KEEP
    """Applied to a text first; saved with the codec."""
    can_extend = False
    """Whether there is an `extend`."""

    @property
    @abc.abstractmethod
    def size(self) -> int:
        """Number of different ids.

        Raises:
            ValueError: neither fitted nor restored yet.
        """

    @abc.abstractmethod
    def fit(self, values: Iterable[str | Document]) -> None:
        """Learn the tokens from the training texts, chunk by chunk, with bounded memory."""

    @abc.abstractmethod
    def encode_text(self, text: str) -> np.ndarray:
        """Ids of a string.

        Args:
            text: any text.

        Returns:
            int32 [N].

        Raises:
            ZooError: the string holds a lone surrogate.
        """

    @abc.abstractmethod
    def decode(self, array: Iterable[int] | np.ndarray) -> str:
        """The text of ids [N]; bytes that are not UTF-8 print as U+FFFD.

        Raises:
            ValueError: an id is not between 0 and `size` - 1.
        """

    @abc.abstractmethod
    def stream(self) -> TextStream:
        """A new decoder for ids that arrive a few at a time."""

    @abc.abstractmethod
    def save(self, folder: Path, name: str = "codec") -> None:
        """Write the learned state to the folder."""

    @abc.abstractmethod
    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote.

        Raises:
            ZooError: a file is missing or damaged; names it.
        """

    def token_keys(self) -> list[object]:
        """What identifies each token in other vocabularies, by id: its UTF-8 bytes, with the space before it."""
        return [self.decode([index]).encode() for index in range(self.size)]

    def extend(self, old: TextCodec) -> None:
        """Take over the ids of an older codec, and put the tokens that only this one has after them.

        Args:
            old: a fitted codec of the same class.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot extend another vocabulary")

    def surface(self, text: str) -> list[str]:
        """Split a string into its tokens, before any change of case."""
        return self.tokens(text)

    def encode_token(self, text: str) -> np.ndarray:
        """Ids of a string that is not normalised, such as a single space; int32 [N]."""
        return self.encode_text(text)

    def unknown(self, text: str) -> list[str]:
        """The words, or characters, of a string that the codec has not learned: each once, in order."""
        if self.unknown_id is None:
            return []
        pairs = zip(self.surface(text), self.encode_text(text).tolist(), strict=True)
        return list(dict.fromkeys(token for token, index in pairs if index == self.unknown_id))

    def encode(self, value: str | Document) -> np.ndarray:
        """Ids of a string or of a whole document in memory: int32 [N]."""
        if isinstance(value, str):
            return self.encode_text(value)
        chunks = [chunk.ids for chunk in self.encode_document(value)]
        return np.concatenate(chunks) if chunks else np.zeros(0, np.int32)

    def tokens(self, text: str) -> list[str]:
        """The tokens of a string, one an id, without the spaces around them."""
        return [token.strip() or token for token in (self.decode([index]) for index in self.encode_text(text))]

    def encode_document(self, document: Document, chunk: int = CHUNK) -> Iterator[EncodedChunk]:
        """Ids of a document of any size.

        Args:
            document: the text.
            chunk: bytes to read at a time.

        Yields:
            Encoded chunks; their ids joined are those of the whole text.
        """
        for text in self.normalization.stream(document.chunks(chunk)):
            yield EncodedChunk(self.encode_token(text), len(text))


def text_chunks(values: Iterable[str | Document], normalization: Normalization = KEEP) -> Iterator[str]:
    """The normalised texts of values, in chunks of bounded size where they are documents."""
    for value in values:
        if isinstance(value, Document):
            yield from normalization.stream(value.chunks())
        else:
            yield normalization(value)


def checked_ids(array: Iterable[int] | np.ndarray, size: int) -> np.ndarray:
    """Ids as int64 [N].

    Raises:
        ValueError: an id is not between 0 and `size` - 1.
    """
    listed = array if isinstance(array, np.ndarray) else list(array)
    ids = np.asarray(listed, dtype=np.int64).reshape(-1)
    if ids.size and (ids.min() < 0 or ids.max() >= size):
        raise ValueError(f"ids must be between 0 and {size - 1}, got {ids.min()} to {ids.max()}")
    return ids


def no_text(what: str) -> ZooError:
    """The error for training texts without a single character."""
    return ZooError(f"the training text is empty: there are no {what} to learn")
