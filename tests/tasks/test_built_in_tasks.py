"""Every built-in task keeps the promises of a task, on small files such as users have."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import zoo
from tests.settings_by_part import SettingsByPart
from tests.small_data import drawings, gestures, reviews, sentences
from zoo.plugins import Plugins
from zoo.testing import check_task
from zoo.topology import SourceToText

SMALL: dict[str, tuple[Callable[[Path], str], SettingsByPart]] = {
    "sentiment": (reviews, {"model": {"units": 4, "embedding": 4}, "batch": {"size": 8}}),
    "translation": (
        sentences,
        {"model": {"units": 8, "embedding": 4}, "batch": {"size": 8}, "search": {"length": 6, "beam": 2}},
    ),
    "captioning": (
        drawings,
        {
            "picture": {"height": 8, "width": 8},
            "model": {"filters": [4], "units": 8, "embedding": 4, "attention": "hard"},
            "batch": {"size": 8},
            "search": {"length": 5, "beam": 2},
        },
    ),
    "frames": (gestures, {"model": {"units": 4}, "batch": {"size": 4}}),
}


ON_TWO = ("sentiment",)
"""Tasks whose promises are checked on two replicas by default; the others' are in the long run."""


@pytest.mark.parametrize(
    ("name", "replicas"),
    [
        *((name, 2 if name in ON_TWO else 1) for name in SMALL),
        *(pytest.param(name, 2, marks=pytest.mark.slow) for name in SMALL if name not in ON_TWO),
    ],
)
def test_promises_are_kept(name: str, replicas: int, tmp_path: Path):
    make, settings = SMALL[name]
    data = {"source": make(tmp_path), "validation": 0.2, "test": 0.2}
    run = check_task(Plugins().load_task(name), data=data, device={"replicas": replicas}, **settings)
    assert run.topology.judges
    if isinstance(run.topology, SourceToText):
        examples = list(run.task.splits().train)[:3]
        scores = run.score([one["target"] for one in examples], [one["source"] for one in examples])
        assert all(score.total < 0 for score in scores)


def test_the_answers_of_sentiment_have_probabilities_and_say_where_they_looked(tmp_path: Path, capfd, monkeypatch):
    run = zoo.run(
        "sentiment",
        data={"source": reviews(tmp_path), "validation": 0.2, "test": 0.2, "balanced": True},
        model={"units": 8, "embedding": 8, "dropout": 0.0, "pooling": "attention"},
        batch={"size": 16},
        train={"steps": 120, "learning_rate": 2e-2, "schedule": "constant", "evaluate_every": 60},
        out=str(tmp_path / "run"),
    )
    good, bad = run.answer(["the film was good, I say 3", "the film was bad, I say 99"])
    assert (good.value, bad.value) == ("positive", "negative")
    assert sum(good.details["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    words, shares = zip(*good.details["looked_at"], strict=True)
    assert words == ("the", "film", "was", "good", ",", "i", "say", "3")
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    report = run.evaluation_report("test")
    assert report.metrics["accuracy"] == 1.0
    assert report.worst == ()
    with pytest.raises(zoo.ZooError, match="input 2 is empty"):
        run.predict(["good", ""])
    predict_from_the_command_line(run, tmp_path, capfd, monkeypatch)


def predict_from_the_command_line(run, folder: Path, capfd, monkeypatch):
    from zoo import tensorflow_messages
    from zoo.cli import main

    monkeypatch.setattr(tensorflow_messages, "silence", lambda: None)
    name = str(run.folder.path)
    (folder / "inputs.txt").write_bytes(b"\xef\xbb\xbfthe film was good\r\n\r\nthe film was bad\r\n \n")
    assert main(["predict", name, f"file={folder / 'inputs.txt'}"]) == 0
    assert capfd.readouterr().out == "positive\n\nnegative\n\n", "an answer stands in the line of its input"
    assert main(["predict", name, f"file={folder / 'inputs.txt'}", "--json"]) == 0
    told = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [answer["answer"] for answer in told] == ["positive", None, "negative", None]
    (folder / "blank.txt").write_text("\n\n")
    assert main(["predict", name, f"file={folder / 'blank.txt'}"]) == 0
    assert capfd.readouterr().out == "\n\n"
    assert main(["predict", name, ""]) == 1
    assert "input 1 is empty" in capfd.readouterr().err
    assert main(["predict", name, "the film was dull", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["input"], told["answer"]) == ("the film was dull", "negative")
    assert set(told["probabilities"]) == {"positive", "negative"}
    assert main(["predict", name, "a", "file=b"]) == 2
    assert "or as file=PATH, not both" in capfd.readouterr().err
    (folder / "inputs.txt").write_bytes(b"good\nb\xffd\n")
    assert main(["predict", name, f"file={folder / 'inputs.txt'}"]) == 1
    assert "inputs.txt, line 2: byte 2 is not valid UTF-8" in capfd.readouterr().err
