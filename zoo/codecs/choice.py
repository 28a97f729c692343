"""Text codecs by the name of their unit, for sentences."""

from __future__ import annotations

from zoo.codecs.text import TextCodec
from zoo.errors import UsageError, did_you_mean

UNITS = ("word", "piece", "bpe", "character", "byte")


def text_codec(unit: str, vocabulary: int = 0, least: int = 1, lowercase: bool = False) -> TextCodec:
    """Make the codec of a unit, not yet fitted.

    Args:
        unit: `word`, `piece` (sentencepiece's unigram model), `bpe` (its byte pair encoding), `character` or `byte`.
        vocabulary: how many symbols at most; 0: no limit, and 8,000 of pieces.
        least: how often a word must occur to be learned.
        lowercase: whether words are made small.

    Raises:
        UsageError: an unknown unit.
    """
    if unit == "word":
        from zoo.codecs.word import WordCodec

        return WordCodec(vocabulary, least, lowercase)
    if unit in ("piece", "bpe"):
        from zoo.codecs.piece import PieceCodec

        return PieceCodec(vocabulary or 8000, "unigram" if unit == "piece" else "bpe", sentences=True)
    if unit == "character":
        from zoo.codecs.character import CharacterCodec

        return CharacterCodec(vocabulary)
    if unit == "byte":
        from zoo.codecs.byte import ByteCodec

        return ByteCodec()
    raise UsageError(f"unknown text.unit '{unit}'{did_you_mean(unit, UNITS)}")
