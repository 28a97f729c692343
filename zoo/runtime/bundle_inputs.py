"""Reads the inputs of a bundle, which has no task to do so: its codec says what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue
    from zoo.data import Input


def read_input(text: str, codec: Codec | None) -> RawValue:
    """Convert an argument of the command line to a raw input.

    Args:
        text: the input itself, the path of an image, or that of a sequence of frames.
        codec: of the inputs.

    Raises:
        ZooError: it is not a valid input.
    """
    from zoo.codecs import FrameCodec

    if isinstance(codec, FrameCodec):
        from zoo.data import FRAME_LABELS, read_sequence

        return read_sequence(Path(text), FRAME_LABELS)
    return text


def read_inputs(source: str, codec: Codec | None) -> Iterator[Input]:
    """Read the inputs of a file or folder.

    Args:
        source: its path.
        codec: of the inputs.

    Raises:
        ZooError: it cannot be read.
    """
    from zoo.codecs import FrameCodec, ImageCodec
    from zoo.data import CAPTION_COLUMNS, INPUT_COLUMNS, read_image_inputs, read_sequence_inputs, read_text_inputs

    if isinstance(codec, FrameCodec):
        return read_sequence_inputs(source, lambda text: read_input(text, codec))
    if isinstance(codec, ImageCodec):
        return read_image_inputs(source, "", CAPTION_COLUMNS)
    return read_text_inputs(source, INPUT_COLUMNS)


def read_frames(lines: Iterable[str]) -> Iterator[RawValue]:
    """Convert the lines of a stream to raw frames, each as soon as its line arrives.

    Raises:
        ZooError: a line is not a frame.
    """
    from zoo.data import FRAME_LABELS, read_frames

    return read_frames(lines, FRAME_LABELS)
