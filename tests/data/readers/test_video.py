"""Videos as clips: every frame, in the order in which they are shown, from wherever one begins."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from tests.data.readers.drawn_video import draw_video
from zoo.data import read_clips, read_sequence
from zoo.data.readers.video import Video, upright
from zoo.errors import ZooError

FRAMES = 30


def numbers(frames: Iterable[np.ndarray]) -> list[int]:
    return [round(float(frame.mean()) / 8) for frame in frames]


@pytest.mark.parametrize("name", ["clip.mp4", "clip.avi", "clip.mkv", "clip.mov"])
def test_frames_in_the_order_of_showing(tmp_path: Path, name: str) -> None:
    video = Video(draw_video(tmp_path / name))
    assert len(video) == FRAMES
    found = numbers(video)
    assert max(abs(one - other) for one, other in zip(found, range(FRAMES), strict=True)) <= 1
    assert next(iter(video)).shape == (32, 48, 3)
    for start, stop in ((0, 3), (5, 9), (17, 30), (29, 30), (30, 30)):
        assert numbers(video[start:stop]) == found[start:stop]
    assert numbers(video[4:28][3:20][2:4]) == found[9:11]
    assert numbers([video[-1], video[3]]) == [found[-1], found[3]]
    assert numbers(pickle.loads(pickle.dumps(video))[2:4]) == found[2:4]


def test_what_is_no_video(tmp_path: Path) -> None:
    whole = draw_video(tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[:700])
    (tmp_path / "text.avi").write_text("no video")
    for name in ("cut.mp4", "text.avi"):
        with pytest.raises(ZooError, match=rf"{name}: cannot be read as a video: ") as caught:
            Video(tmp_path / name)
        assert "\n" not in str(caught.value)
    part = draw_video(tmp_path / "part.mkv").read_bytes()
    (tmp_path / "part.mkv").write_bytes(part[: len(part) // 2])
    (tmp_path / "labels.csv").write_text("clip,frame,label\n" + "".join(f"part.mkv,{n},a\n" for n in range(FRAMES)))
    with pytest.raises(ZooError, match=r"labels.csv: line \d+: clip 'part.mkv' has no frame '\d+'; it has 0 to \d+"):
        read_clips(tmp_path)


def test_without_pyav_one_line_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    (tmp_path / "walk.mp4").write_bytes(b"any")
    needed = r"walk.mp4: a video needs PyAV, which is not installed: pip install 'seqzoo\[video\]'"
    with pytest.raises(ZooError, match=needed):
        read_sequence(tmp_path / "walk.mp4")
    (tmp_path / "labels.csv").write_text("clip,frame,label\nwalk.mp4,0,a\n")
    with pytest.raises(ZooError, match="labels.csv: line 2: .*" + needed):
        read_clips(tmp_path)


@pytest.mark.parametrize("first", [0, 1])
def test_labels_by_number(tmp_path: Path, first: int) -> None:
    draw_video(tmp_path / "walk.mp4", frames=4)
    rows = [f"walk.mp4,{first + number:03d},{label}" for number, label in enumerate("abcd")]
    (tmp_path / "labels.csv").write_text("clip,frame,label\n" + "\n".join(reversed(rows)))
    (example,) = read_clips(tmp_path, validation=0, test=0).train
    assert example["target"] == list("abcd") and numbers(example["source"]) == [0, 1, 2, 3]
    (tmp_path / "labels.csv").write_text("clip,frame,label\n" + "\n".join(rows[:3]))
    with pytest.raises(ZooError, match=f"line 2: frame '{first + 3}' of clip 'walk.mp4' has no label"):
        read_clips(tmp_path)
    (tmp_path / "labels.csv").write_text("clip,frame,label\n" + "\n".join([*rows, "walk.mp4,x,a"]))
    with pytest.raises(ZooError, match=r"line 6: frame 'x' of the video 'walk.mp4' is not a number"):
        read_clips(tmp_path)


def test_a_picture_is_turned_as_it_was_taken() -> None:
    picture = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    assert upright(picture, 0).tolist() == picture.tolist()
    assert upright(picture, 90)[..., 0].tolist() == [[2, 5], [1, 4], [0, 3]]
    assert upright(picture, -90)[..., 0].tolist() == [[3, 0], [4, 1], [5, 2]]
    assert upright(picture, 180)[..., 0].tolist() == [[5, 4, 3], [2, 1, 0]]
