"""The task frames on a user's files: whole recordings, streams, images of all kinds, videos."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import zoo
from tests.data.readers.drawn_video import draw_video
from zoo.cli import main
from zoo.data.readers.video import Video


def recordings(folder: Path, count: int = 8) -> Path:
    """CSV files as a spreadsheet writes them, longer than a batch's pieces; the label is the sign of x."""
    draw = np.random.default_rng(0)
    folder.mkdir()
    for number in range(count):
        rows = [
            f"{x:.3f},{y:.3f},{n},{'up' if x > 0 else 'down'}" for n, (x, y) in enumerate(draw.normal(size=(30, 2)))
        ]
        text = "\r\n".join(["x,y,timestamp,label", *rows[:9], "", ",,,", *rows[9:], "", ""])
        (folder / f"{number}.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    return folder


def trained(data: Path, **settings: Any) -> zoo.Run:
    settings = {"model": {"units": 8, "dropout": 0.0}, **settings}
    return zoo.run(
        "frames",
        data={"source": str(data), "validation": 0.2, "test": 0.2},
        batch={"size": 4, "length": 12},
        train={"steps": 60, "learning_rate": 2e-2, "evaluate_every": 30, "minutes": 0},
        out=str(data.parent / "run"),
        **settings,
    )


def test_a_causal_model_labels_a_stream_as_it_labels_the_whole(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoo import tensorflow_messages

    monkeypatch.setattr(tensorflow_messages, "silence", lambda: None)
    data = recordings(tmp_path / "data")
    run = trained(data, model={"units": 8, "causal": True, "dropout": 0.0}, vectors={"changes": 2})
    file = data / "3.csv"
    source = run.task.read_input(str(file))
    assert source.shape == (30, 2)
    (whole,) = run.answer([source])
    stream = list(run.stream_answers(source))
    assert [answer.value for answer in stream] == whole.value
    shares = [answer.details["probabilities"]["up"] for answer in stream]
    np.testing.assert_allclose(shares, whole.details["probabilities"]["up"], atol=1e-5)
    assert run.predict([source[:4]])[0] == whole.value[:4], "a later frame changed a label"
    # From the command line: a file, a file as a pipe would bring it, and the whole at once.
    name = str(run.folder.path)
    lines = "".join(f"{label}\n" for label in whole.value)
    assert main(["predict", name, str(file), "--stream"]) == 0
    assert capfd.readouterr().out == lines
    assert main(["predict", name, f"file={file}", "--stream", "--json"]) == 0
    told = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [one["answer"] for one in told] == whole.value and told[29]["frame"] == 29
    assert main(["predict", name, str(file)]) == 0
    assert capfd.readouterr().out == run.topology.show(whole.value, 10**6) + "\n"
    (tmp_path / "bad.csv").write_text("1,2\n3,x\n")
    assert main(["predict", name, f"file={tmp_path / 'bad.csv'}", "--stream"]) == 1
    assert "line 2: feature 2 is 'x', but a number was expected" in capfd.readouterr().err


def test_whole_recordings_are_measured(tmp_path: Path) -> None:
    run = trained(recordings(tmp_path / "data"), vectors={"scale": "sequence"})
    report = run.evaluation_report("test", show=1)
    # The sign of x is less clear at each recording's own scale.
    assert report.metrics["accuracy"] > 0.75
    assert report.notes[0].startswith("Always '")
    assert len(report.examples[0].target) == len(report.examples[0].answer) == 30
    with pytest.raises(zoo.UsageError, match="reads in both directions and cannot label a stream"):
        run.stream_answers([])
    with pytest.raises(zoo.UsageError, match=r"model.causal=true cannot be combined with vectors.scale=sequence"):
        trained(tmp_path / "data", model={"causal": True}, vectors={"scale": "sequence"})


def test_images_as_people_have_them(tmp_path: Path) -> None:
    rows = []
    for number in range(8):
        (tmp_path / "data" / f"clip {number}").mkdir(parents=True)
        for frame in range(5):
            bright = (frame + number) % 2
            grey = np.full((9, 7), 60_000 * bright, np.uint16)
            name = f"{frame + 8}.png"
            Image.fromarray(grey).save(tmp_path / "data" / f"clip {number}" / name)
            rows += [f"clip {number},{name},{'светло' if bright else 'темно'}", ""]
    table = tmp_path / "data" / "labels.csv"
    table.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(["clip,frame,label", *rows]).encode())
    run = trained(tmp_path / "data", model={"units": 8, "filters": [4], "dropout": 0.0})
    assert run.evaluate("test")["accuracy"] == 1.0
    clip = tmp_path / "data" / "clip 1"
    assert run.predict([run.task.read_input(str(clip))])[0] == ["светло", "темно", "светло", "темно", "светло"]
    damaged = clip / "9.png"
    damaged.write_bytes(damaged.read_bytes()[:45])
    with pytest.raises(zoo.ZooError, match=r"9\.png: the image is damaged"):
        run.predict([run.task.read_input(str(clip))])
    splits = zoo.load(run.folder.path).task.splits
    run.settings.data.on_error = "skip"
    (note,) = run.task.splits().notes
    assert "skipped 1 example; the first: labels.csv: line 12: " in note and "9.png: the image is damaged" in note
    damaged.unlink()
    with pytest.raises(zoo.ZooError, match=r"labels.csv: line 14: clip 'clip 1' has no frame '9.png'"):
        splits()


def test_videos_are_clips(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    rows = []
    for number in range(6):
        draw_video(tmp_path / "data" / f"{number}.mp4", frames=14, brightness=90 + number)
        rows += [
            f"{number}.mp4,{frame},{'bright' if (90 + number) * frame % 256 > 128 else 'dark'}" for frame in range(14)
        ]
    (tmp_path / "data" / "labels.csv").write_text("\n".join(["clip,frame,label", *rows]))
    run = trained(tmp_path / "data", model={"units": 8, "filters": [4], "dropout": 0.0, "causal": True})
    assert run.evaluate("train")["accuracy"] > 0.8
    video = run.task.read_input(str(tmp_path / "data" / "3.mp4"))
    assert isinstance(video, Video)
    (whole,) = run.predict([video])
    assert len(whole) == 14 and [answer.value for answer in run.stream_answers(video)] == whole
