"""Raw value to array and back: text by characters, bytes or pieces, and labels. Names are loaded on first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.codecs.byte import ByteCodec as ByteCodec
    from zoo.codecs.character import CharacterCodec as CharacterCodec
    from zoo.codecs.codec import Codec as Codec
    from zoo.codecs.label import LabelCodec as LabelCodec
    from zoo.codecs.piece import PieceCodec as PieceCodec
    from zoo.codecs.text import TextCodec as TextCodec

_HOME = {
    "ByteCodec": "byte",
    "CharacterCodec": "character",
    "Codec": "codec",
    "LabelCodec": "label",
    "PieceCodec": "piece",
    "TextCodec": "text",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.codecs' has no attribute {name!r}")
    return getattr(importlib.import_module(f"zoo.codecs.{_HOME[name]}"), name)
