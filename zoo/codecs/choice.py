"""Text codecs by the name of their unit, for sentences, and codecs of targets by the name of their kind."""

from __future__ import annotations

from zoo.codecs.codec import Codec
from zoo.codecs.normalization import Normalization
from zoo.codecs.text import TextCodec
from zoo.errors import UsageError, did_you_mean

TARGETS = ("label", "labels", "number")
UNITS = ("word", "piece", "bpe", "character", "byte")


def text_codec(unit: str, vocabulary: int = 0, least: int = 1, lowercase: bool = False, nfc: bool = True) -> TextCodec:
    """Make the codec of a unit for sentences, not yet fitted.

    White space means nothing to it: any run of it is one space, and none is left at the ends.

    Args:
        unit: `word`, `piece` (sentencepiece's unigram model), `bpe` (its byte pair encoding), `character` or `byte`.
        vocabulary: how many tokens at most; 0: no limit, and 8,000 of pieces.
        least: how often a word must occur to be learned.
        lowercase: whether words are made small.
        nfc: whether characters are composed first (Unicode NFC).

    Raises:
        UsageError: an unknown unit.
    """
    normalization = Normalization(white_space=True, nfc=nfc)
    if unit == "word":
        from zoo.codecs.word import WordCodec

        return WordCodec(vocabulary, least, lowercase, normalization)
    if unit in ("piece", "bpe"):
        from zoo.codecs.piece import PieceCodec

        algorithm = "unigram" if unit == "piece" else "bpe"
        return PieceCodec(vocabulary or 8000, algorithm, sentences=True, normalization=normalization)
    if unit == "character":
        from zoo.codecs.character import CharacterCodec

        return CharacterCodec(vocabulary, normalization=normalization)
    if unit == "byte":
        from zoo.codecs.byte import ByteCodec

        return ByteCodec(normalization)
    raise UsageError(f"unknown text.unit '{unit}'{did_you_mean(unit, UNITS)}")


def target_codec(target: str = "label", threshold: float = 0.5) -> Codec:
    """Make the codec of a kind of target, not yet fitted.

    Args:
        target: `label`, `labels` (several at once) or `number`.
        threshold: the least probability of a label that is answered, where there are several.

    Raises:
        UsageError: an unknown kind.
    """
    if target == "number":
        from zoo.codecs.number import NumberCodec

        return NumberCodec()
    if target == "labels":
        from zoo.codecs.labels import LabelsCodec

        return LabelsCodec(threshold)
    if target == "label":
        from zoo.codecs.label import LabelCodec

        return LabelCodec()
    raise UsageError(f"unknown data.target '{target}'{did_you_mean(target, TARGETS)}")
