"""Text by characters (Unicode code points)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from zoo.codecs.codec_file import read_codec, write_codec
from zoo.codecs.document import Document, surrogate_error
from zoo.codecs.normalization import KEEP, Normalization, normalization_content
from zoo.codecs.text import TextCodec, checked_ids, no_text, text_chunks
from zoo.errors import ZooError

_CODE_POINTS = 0x110000
_REPLACEMENT = 0xFFFD


class CharacterCodec(TextCodec):
    """One id per character; id 0 is for characters unseen in training, and prints as U+FFFD.

    Args:
        vocabulary: how many ids at most, the unknown one included (the rarest characters become unknown); 0: no limit.
        order: `frequency` numbers the characters from the most to the least frequent, `code` by code point.
        normalization: applied to a text first.
    """

    unknown_id = 0
    can_extend = True

    def __init__(self, vocabulary: int = 0, order: str = "frequency", normalization: Normalization = KEEP) -> None:
        if order not in ("frequency", "code"):
            raise ValueError(f"order must be 'frequency' or 'code', got {order!r}")
        self.vocabulary = vocabulary
        self.order = order
        self.normalization = normalization
        self._symbols = np.zeros(0, np.uint32)  # [size]: id -> code point
        self._ids = np.zeros(0, np.int32)  # [0x110000]: code point -> id

    @property
    def size(self) -> int:
        """Number of characters known, plus one for the unknown."""
        if not self._symbols.size:
            raise ValueError("the character codec is neither fitted nor restored yet")
        return int(self._symbols.size)

    @property
    def characters(self) -> str:
        """The known characters in the order of their ids, which begin at 1."""
        return self._symbols[1:].tobytes().decode("utf-32-le")

    def fit(self, values: Iterable[str | Document]) -> None:
        """Count the characters of the training texts and number them."""
        counts = np.zeros(_CODE_POINTS, np.int64)
        for text in text_chunks(values, self.normalization):
            seen = np.bincount(_code_points(text))
            counts[: seen.size] += seen
        known = np.flatnonzero(counts)
        if not known.size:
            raise no_text("an alphabet")
        # Stable, so that characters of equal frequency are sorted by code point.
        by_frequency = known[np.argsort(-counts[known], kind="stable")]
        kept = by_frequency[: self.vocabulary - 1] if self.vocabulary else by_frequency
        self._set(kept if self.order == "frequency" else np.sort(kept))

    def token_keys(self) -> list[object]:
        """What identifies each token in other vocabularies (see `TextCodec.token_keys`)."""
        return ["unknown", *(character.encode() for character in self.characters)]

    def extend(self, old: TextCodec) -> None:
        """Number an older codec's characters first (see `TextCodec.extend`)."""
        assert isinstance(old, CharacterCodec)
        new = np.setdiff1d(self._symbols[1:], old._symbols[1:])
        self._set(np.concatenate([old._symbols[1:], new]))

    def encode_text(self, text: str) -> np.ndarray:
        """Ids of a string: int32 [number of characters]."""
        return self.encode_token(self.normalization(text))

    def tokens(self, text: str) -> list[str]:
        """The characters of a string, one an id."""
        return list(self.normalization(text))

    def encode_token(self, text: str) -> np.ndarray:
        """Ids of a string that is not normalised: int32 [number of characters]."""
        if not self._ids.size:
            raise ValueError("the character codec is neither fitted nor restored yet")
        ids: np.ndarray = self._ids[_code_points(text)]  # [N]
        return ids

    def decode(self, array: Iterable[int] | np.ndarray) -> str:
        """The text of ids [N]."""
        code_points: np.ndarray = self._symbols[checked_ids(array, self.size)]  # [N]
        return code_points.tobytes().decode("utf-32-le")

    def stream(self) -> CharacterStream:
        """A decoder for ids that arrive a few at a time."""
        return CharacterStream(self)

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`: the characters in the order of their ids."""
        write_codec(
            folder, name, "character", {"characters": self.characters, **normalization_content(self.normalization)}
        )

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        content = read_codec(folder, name, "character")
        characters = content.get("characters")
        if not isinstance(characters, str) or not characters:
            raise ZooError(f"{folder / name}.json: damaged: it lists no characters; train the run again")
        self.normalization = Normalization.from_json(content.get("normalization"))
        self._set(_code_points(characters))

    def _set(self, known: np.ndarray) -> None:
        self._symbols = np.concatenate([[_REPLACEMENT], known]).astype("<u4")
        self._ids = np.zeros(_CODE_POINTS, np.int32)
        self._ids[known] = np.arange(1, known.size + 1, dtype=np.int32)


class CharacterStream:
    """Every id is a whole character, so nothing is ever held back.

    Args:
        codec: what to decode with.
    """

    def __init__(self, codec: CharacterCodec) -> None:
        self._codec = codec

    def push(self, ids: Iterable[int] | np.ndarray) -> str:
        """The characters of these ids."""
        return self._codec.decode(ids)

    def flush(self) -> str:
        """Nothing: see above."""
        return ""


def _code_points(text: str) -> np.ndarray:
    """Code points of a string: an unsigned array [N]."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    try:
        return np.frombuffer(text.encode("utf-32-le"), "<u4")
    except UnicodeEncodeError as error:
        raise surrogate_error("text", error) from error
