"""How texts are made alike before they are encoded, in training and in every use afterwards."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

# Unicode white space, and what has no width: the zero-width space, the word joiner, the byte order mark.
_WHITE = re.compile("[\\s\u200b\u2060\ufeff]+")


@dataclass(frozen=True)
class Normalization:
    """The normalization of a text before tokenization. A codec keeps it with what it learned.

    Args:
        white_space: whether any run of white space becomes one space, and none is left at the ends.
        nfc: whether characters are composed (Unicode NFC): an e and an accent become one character.
    """

    white_space: bool = False
    nfc: bool = False

    def __bool__(self) -> bool:
        return self.white_space or self.nfc

    def __call__(self, text: str) -> str:
        """Normalise a text."""
        if self.nfc and not text.isascii():
            text = unicodedata.normalize("NFC", text)
        return _WHITE.sub(" ", text).strip(" ") if self.white_space else text

    def stream(self, chunks: Iterable[str]) -> Iterator[str]:
        """Normalise a text that comes in chunks.

        Yields:
            Chunks of the normalised text, cut where there was white space.
        """
        if not self:
            yield from chunks
            return
        begun = False
        for part in _cut_at_white_space(chunks):
            inner = self(part)
            if inner:
                yield f" {inner}" if begun and self.white_space else inner
                begun = True

    def as_json(self) -> dict[str, bool]:
        """Return the entry of a codec's file."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: object) -> Normalization:
        """Read what `as_json` gave; nothing is normalised where a file of an earlier version does not say."""
        found = content if isinstance(content, Mapping) else {}
        return cls(bool(found.get("white_space")), bool(found.get("nfc")))


def _cut_at_white_space(chunks: Iterable[str]) -> Iterator[str]:
    """The same text in parts that end with white space, all of it, as far as there is any."""
    held = ""
    for chunk in chunks:
        held += chunk
        # White space at the end may go on in the next chunk.
        cut = next((found.end() for found in reversed([*_WHITE.finditer(held)]) if found.end() < len(held)), 0)
        if cut:
            yield held[:cut]
            held = held[cut:]
    if held:
        yield held


KEEP = Normalization()
"""Texts stay as they are."""
SENTENCE = Normalization(white_space=True, nfc=True)
"""For sentences, whose white space means nothing."""


def normalization_content(normalization: Normalization) -> dict[str, dict[str, bool]]:
    """Return the entries of a codec's file: none without normalization, as in files of earlier versions."""
    return {"normalization": normalization.as_json()} if normalization else {}
