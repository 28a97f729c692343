"""The character language model on pieces: what it measures is still a character, and what it writes is text."""

from __future__ import annotations

from pathlib import Path

import pytest

import zoo
from tests.long_run import first

WORDS = ["buckle", "my", "shoe", "knock", "at", "the", "door", "pick", "up", "sticks", "größer", "猫", "дом"]


@pytest.mark.parametrize("unit", first(1, ["piece", "bpe"]))
def test_pieces(unit: str, tmp_path: Path) -> None:
    lines = [" ".join(WORDS[(n * k) % len(WORDS)] for k in range(3, 9)) for n in range(400)]
    (tmp_path / "lines.txt").write_text("\n".join(lines), encoding="utf-8")
    run = zoo.run(
        "charlm",
        data=str(tmp_path / "lines.txt"),
        text={"unit": unit, "vocabulary": 300},
        model={"units": 16},
        batch={"size": 8, "length": 16},
        train={"steps": 20, "evaluate_every": 20},
        search={"length": 20},
        out=str(tmp_path / "run"),
    )
    metrics = run.metrics[-1]["validation"]
    text = next(iter(run.task.splits().validation))["target"]
    codec = run.codecs["target"]
    characters = "".join(text.chunks())
    tokens = codec.encode(characters)
    assert codec.size == 300 and codec.decode(tokens) == characters
    assert 1.2 < len(characters) / len(tokens) == pytest.approx(metrics["loss"] / metrics["nats"], rel=0.02)
    loaded = zoo.load(run.folder.path)
    prime = "buckle my größer 猫"
    assert loaded.sample(prime, seed=3) == run.sample(prime, seed=3) != ""
    (score,) = loaded.score(["the door"], [prime])
    assert score.total < 0
