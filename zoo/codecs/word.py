"""Text by words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from zoo.codecs.codec_file import read_codec, write_codec
from zoo.codecs.document import CHUNK, Document, surrogate_error
from zoo.codecs.normalization import SENTENCE, Normalization, normalization_content
from zoo.codecs.text import EncodedChunk, TextCodec, checked_ids, no_text
from zoo.errors import ZooError

# In turn: an elided word with its apostrophe (l' in l'eau), a word, what hangs on one ('s in it's, -vous), a single
# mark, or what else is white; words and marks with the space before them. Parts are met more often than wholes.
_TOKEN = re.compile(
    r" ?\w+['\u2019](?=[aeiouyhœæàâäéèêëîïôöùûü])| ?\w+|(?<=\w)['\u2019-]\w+| ?[^\w\s]|\s", re.IGNORECASE
)
_WORD = re.compile(r"\w")
_JOINT = "\u2060"  # the word joiner: no space between a bracket or quote and the word after it
_CUT = re.compile(r"(?<=\S) (?=\w)")  # no token crosses such a place
_UNKNOWN = " \ufffd"


class WordCodec(TextCodec):
    """One id a word, with the space before it; id 0 stands for all words that were not learned and prints as U+FFFD.

    A text whose words are all known comes back exactly, apart from white space: a mark that follows a word without a
    space is another token than one that stands by itself. A word is the same token after a space, a bracket or a quote.
    Elided and hyphenated words are several tokens: l' eau, it 's, avez -vous.

    Args:
        vocabulary: how many ids at most, the unknown one included; 0: no limit.
        least: how often a word must occur in the training text to be learned.
        lowercase: whether capitals are made small first; then they do not come back.
        normalization: applied to a text first.
    """

    unknown_id = 0
    can_extend = True

    def __init__(
        self, vocabulary: int = 0, least: int = 1, lowercase: bool = False, normalization: Normalization = SENTENCE
    ) -> None:
        self.vocabulary, self.least, self.lowercase, self.normalization = vocabulary, least, lowercase, normalization
        self._joins = True  # whether marks are joined to the word after them; not in files of earlier versions
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
            for text in self._texts(value):
                counts.update(self._tokens(text))
        if not counts:
            raise no_text("words")
        kept = [word for word, count in counts.items() if count >= self.least]
        if not kept:
            most = max(counts.values())
            raise ZooError(f"no word of the training text occurs {self.least} times; the most frequent occurs {most}")
        kept.sort(key=lambda word: (-counts[word], word))
        self._set(kept[: self.vocabulary - 1] if self.vocabulary else kept)

    def token_keys(self) -> list[object]:
        """What identifies each token in other vocabularies (see `TextCodec.token_keys`)."""
        return ["unknown", *(word.encode() for word in self.words)]

    def extend(self, old: TextCodec) -> None:
        """Number an older codec's words first (see `TextCodec.extend`)."""
        assert isinstance(old, WordCodec)
        known = set(old.words)
        self._set([*old.words, *(word for word in self.words if word not in known)])

    def add(self, words: Iterable[str]) -> None:
        """Number more words after the learned ones.

        Args:
            words: without spaces around them; those that the codec knows, or cuts into several tokens, are left out.
        """
        known = dict.fromkeys(self.words)
        for word in words:
            token = f" {word.lower() if self.lowercase else word}"
            if self._id(token) == 0 and self._cut(token) == [token]:
                known.setdefault(token)
        self._set(list(known))

    def encode_text(self, text: str) -> np.ndarray:
        """Ids of a string: int32 [number of words and marks]."""
        if not self._words:
            raise ValueError("the word codec is neither fitted nor restored yet")
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise surrogate_error("text", error) from error
        return np.concatenate([np.zeros(0, np.int32), *map(self._encode, self._texts(text))])

    def encode_document(self, document: Document, chunk: int = CHUNK) -> Iterator[EncodedChunk]:
        """Ids of a document of any size, cut before words."""
        for number, text in enumerate(_whole_words(self.normalization.stream(document.chunks(chunk)))):
            yield EncodedChunk(self._encode(text), len(text) - (number == 0))

    def _encode(self, text: str) -> np.ndarray:
        return np.array([self._id(token) for token in self._tokens(text)], np.int32)

    def _id(self, token: str) -> int:
        """The id of a token; of one that was not learned, that of the same word or mark beside other spaces."""
        index = self._ids.get(token, 0)
        if index or not self._joins:
            return index
        bare = token.strip(f" {_JOINT}")
        return next((self._ids[one] for one in (f" {bare}", bare, f" {bare}{_JOINT}") if one in self._ids), 0)

    def _texts(self, value: str | Document) -> Iterable[str]:
        """A value's text, whole or cut before words, with a space in front.

        The space makes the first word the same token as that word elsewhere.
        """
        if isinstance(value, Document):
            return _whole_words(self.normalization.stream(value.chunks()))
        text = self.normalization(value)
        return [f" {text}"] if text else []

    def tokens(self, text: str) -> list[str]:
        """The words and marks of a string, one an id, without the spaces around them."""
        return [_bare(token) for part in self._texts(text) for token in self._tokens(part)]

    def surface(self, text: str) -> list[str]:
        """Return the words and punctuation of a string, without changing case."""
        tokens = self.tokens(text)
        cased = [_bare(token) for part in self._texts(text) for token in self._cut(part)]
        return cased if len(cased) == len(tokens) else tokens

    def decode(self, array: Iterable[int] | np.ndarray) -> str:
        """The text of ids [N]."""
        stream = self.stream()
        return stream.push(array) + stream.flush()

    def stream(self) -> WordStream:
        """A decoder for ids that arrive a few at a time."""
        return WordStream(self)

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`: the words in the order of their ids."""
        content = {"words": self.words, "lowercase": self.lowercase, "joins": self._joins}
        write_codec(folder, name, "word", {**content, **normalization_content(self.normalization)})

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        content = read_codec(folder, name, "word")
        words = content.get("words")
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise ZooError(f"{folder / name}.json: damaged: it lists no words; train the run again")
        self.lowercase, self._joins = bool(content.get("lowercase")), bool(content.get("joins"))
        self.normalization = Normalization.from_json(content.get("normalization"))
        self._set(words)

    def _tokens(self, text: str) -> list[str]:
        return self._cut(text.lower() if self.lowercase else text)

    def _cut(self, text: str) -> list[str]:
        tokens: list[str] = _TOKEN.findall(text)
        if not self._joins:
            return tokens
        for place, token in enumerate(tokens[:-1]):
            if _opens(token.strip()) and _WORD.match(tokens[place + 1]):
                tokens[place], tokens[place + 1] = f"{token}{_JOINT}", f" {tokens[place + 1]}"
        return tokens

    def _text(self, ids: list[int]) -> str:
        return "".join(map(self._words.__getitem__, ids))

    def _set(self, words: list[str]) -> None:
        self._words = [_UNKNOWN, *words]
        self._ids = {word: index for index, word in enumerate(words, 1)}


def _bare(token: str) -> str:
    """A token without the spaces around it; white space stays."""
    return token.strip(f" {_JOINT}").strip() or token


def _opens(token: str) -> bool:
    """Whether a token is a bracket or quote that may precede a word; a straight quote is both."""
    return len(token) == 1 and (token in "\"'`¿¡" or unicodedata.category(token) in ("Ps", "Pi", "Pf"))


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
        self._joined = True  # whether the next token needs no space before it

    def push(self, ids: Iterable[int] | np.ndarray) -> str:
        """The words of these ids."""
        text = self._codec._text(checked_ids(ids, self._codec.size).tolist())
        if not text:
            return ""
        text = text.removeprefix(" ") if self._joined else text
        self._joined = text.endswith(_JOINT)
        return text.replace(f"{_JOINT} ", "").replace(_JOINT, "")

    def flush(self) -> str:
        """Nothing: see above."""
        return ""
