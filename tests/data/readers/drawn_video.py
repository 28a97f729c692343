"""A small video, drawn by the library that reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest


def draw_video(path: Path, frames: int = 30, brightness: int = 8) -> Path:
    """A video whose frame n is grey of `brightness` n all over, modulo 256; frames are stored out of order.

    Skips the test where PyAV is not installed.
    """
    av: Any = pytest.importorskip("av", reason="videos are made and read by PyAV: pip install 'seqzoo[video]'")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 48, 32, "yuv420p", 8
        stream.codec_context.max_b_frames = 2
        for number in range(frames):
            picture = np.full((32, 48, 3), brightness * number % 256, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path
