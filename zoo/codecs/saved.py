"""A saved codec of any kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.codecs.codec_file import read_record

if TYPE_CHECKING:
    from zoo.codecs.codec import Codec


def read_saved(folder: Path, name: str) -> Codec | None:
    """Restore a codec whose kind only its file knows.

    Args:
        folder: of the codecs of a run.
        name: the codec's role.

    Returns:
        The codec; None if it is neither of text nor of labels.

    Raises:
        ZooError: a file is missing or damaged.
    """
    from zoo.codecs.byte import ByteCodec
    from zoo.codecs.character import CharacterCodec
    from zoo.codecs.label import LabelCodec
    from zoo.codecs.piece import PieceCodec
    from zoo.codecs.word import WordCodec

    kinds: dict[str, Callable[[], Codec]] = {
        "byte": ByteCodec,
        "character": CharacterCodec,
        "label": LabelCodec,
        "piece": PieceCodec,
        "word": WordCodec,
    }
    kind = kinds.get(read_record(folder / f"{name}.json")["codec"])
    if kind is None:
        return None
    codec = kind()
    codec.restore(folder, name)
    return codec
