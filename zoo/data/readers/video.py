"""Video files as clips whose frames are decoded on demand; needs PyAV, the extra `video`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from zoo.errors import ZooError
from zoo.files import file_errors

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

VIDEO_ENDINGS = (
    ".mp4",
    ".m4v",
    ".mov",
    ".avi",
    ".mkv",
    ".webm",
    ".mpg",
    ".mpeg",
    ".wmv",
    ".flv",
    ".ogv",
    ".ts",
    ".3gp",
)


class Video(Sequence[np.ndarray]):
    """The frames of a video file, in display order, each uint8 `[height, width, 3]`.

    Frames are decoded one by one, and none is kept. A slice is a video as well, which starts decoding at the last
    keyframe before it.

    Args:
        path: of the file.

    Raises:
        ZooError: PyAV is not installed, or the file is not a video; names the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._times = _times(path)  # int64 [T], in the stream's own unit
        self._start = 0

    def __len__(self) -> int:
        return len(self._times)

    @overload
    def __getitem__(self, index: int) -> np.ndarray: ...

    @overload
    def __getitem__(self, index: slice) -> Video: ...

    def __getitem__(self, index: int | slice) -> np.ndarray | Video:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                raise ValueError("a slice of a video must have step 1")
            part = object.__new__(Video)
            part.path, part._times, part._start = self.path, self._times[start:stop], self._start + start
            return part
        place = range(len(self))[index]
        return next(iter(self[place : place + 1]))

    def __iter__(self) -> Iterator[np.ndarray]:
        if not len(self):
            return
        with _opened(self.path) as (container, stream):
            stream.thread_type = "AUTO"
            shown = container.decode(stream)
            if self._start:
                container.seek(int(self._times[0]), stream=stream)
                shown = container.decode(stream)
                first = next(shown, None)
                if first is None or first.pts is None or first.pts > self._times[0]:
                    # The index is wrong or missing: decode from the beginning.
                    container.seek(0, stream=stream)
                    shown = container.decode(stream)
                else:
                    shown = chain((first,), shown)
            done = 0
            for frame in shown:
                if frame.pts is None or frame.pts < self._times[done]:
                    continue
                if frame.pts > self._times[done]:
                    break
                yield upright(frame.to_ndarray(format="rgb24"), frame.rotation)
                done += 1
                if done == len(self):
                    return
        raise ZooError(f"{self.path}: frame {self._start + done} cannot be decoded")


def upright(image: np.ndarray, rotation: int) -> np.ndarray:
    """Rotate an image by the angle that the camera recorded: [H, W, 3], degrees counterclockwise."""
    return np.ascontiguousarray(np.rot90(image, round(rotation / 90) % 4))


def _times(path: Path) -> np.ndarray:
    """Read the display time of each frame, int64 [T], in order, without decoding."""
    with _opened(path) as (container, stream):
        times = [packet.pts for packet in container.demux(stream) if packet.size and not packet.is_discard]
    if not times or None in times:
        raise ZooError(f"{path}: {'its frames have no timestamps' if times else 'it has no frames'}")
    return np.unique(np.array(times, np.int64))


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a video, and return its container and its first video stream."""
    try:
        import av
    except ImportError as error:
        raise ZooError(f"{path}: a video needs PyAV, which is not installed: pip install 'seqzoo[video]'") from error
    with file_errors(path, "cannot be read as a video"), av.open(str(path)) as container:
        if not container.streams.video:
            raise ZooError(f"{path}: no video stream")
        yield container, container.streams.video[0]
