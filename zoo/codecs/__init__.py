"""Raw value to array and back: text by characters, bytes, words or pieces, labels, images, clips, vectors.

In: the raw values of the training examples, to fit; then any value. Out: its array, and the value of an array. Names
are loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.codecs.byte import ByteCodec as ByteCodec
    from zoo.codecs.character import CharacterCodec as CharacterCodec
    from zoo.codecs.choice import target_codec as target_codec
    from zoo.codecs.choice import text_codec as text_codec
    from zoo.codecs.clip import ClipCodec as ClipCodec
    from zoo.codecs.codec import Codec as Codec
    from zoo.codecs.frame import FrameCodec as FrameCodec
    from zoo.codecs.image import ImageCodec as ImageCodec
    from zoo.codecs.label import LabelCodec as LabelCodec
    from zoo.codecs.labels import LabelsCodec as LabelsCodec
    from zoo.codecs.normalization import Normalization as Normalization
    from zoo.codecs.number import NumberCodec as NumberCodec
    from zoo.codecs.piece import PieceCodec as PieceCodec
    from zoo.codecs.text import TextCodec as TextCodec
    from zoo.codecs.vector import VectorCodec as VectorCodec
    from zoo.codecs.word import WordCodec as WordCodec

_HOME = {
    "ByteCodec": "byte",
    "CharacterCodec": "character",
    "ClipCodec": "clip",
    "Codec": "codec",
    "FrameCodec": "frame",
    "ImageCodec": "image",
    "LabelCodec": "label",
    "LabelsCodec": "labels",
    "Normalization": "normalization",
    "NumberCodec": "number",
    "PieceCodec": "piece",
    "TextCodec": "text",
    "VectorCodec": "vector",
    "WordCodec": "word",
    "target_codec": "choice",
    "text_codec": "choice",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.codecs' has no attribute {name!r}")
    return getattr(importlib.import_module(f"zoo.codecs.{_HOME[name]}"), name)
