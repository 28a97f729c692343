"""`zoo score`: the numbers are those of the model, of texts of any length, for every generator."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.runs.conftest import command, trained
from tests.small_data import gestures, sentences

__all__ = ["command", "trained"]

TEXT = "one two, buckle my shoe;\n\nten\tÜ\n" + "three four, knock at the door;\n" * 20 + "five"


def test_the_lines_of_a_text_are_scored_after_one_another(
    trained: Path, tmp_path: Path, command: Callable[..., tuple[int, str, str]]
):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    status, out, _ = command("score", str(trained), f"file={path}", "--json")
    *lines, last = [json.loads(line) for line in out.splitlines()]
    assert status == 0 and "\n".join(line["text"] for line in lines) == TEXT.replace("Ü", "\ufffd").replace(
        "\t", "\ufffd"
    )
    (whole,) = zoo.load(trained).score([TEXT])
    scores = [score for line in lines for _, score in line["token_scores"]]
    np.testing.assert_allclose(scores, whole.tokens, rtol=1e-3, atol=1e-4)
    total = last["total"]
    assert total["texts"] == len(lines) == 24
    assert total["characters"] == total["tokens"] == len(TEXT)
    assert total["nats"] == pytest.approx(-whole.total / len(TEXT), rel=1e-4)
    assert total["bits"] == pytest.approx(total["nats"] / math.log(2))
    assert total["perplexity"] == pytest.approx(whole.perplexity, rel=1e-3)
    assert lines[1]["characters"] == 1 and lines[0]["log_probability"] == pytest.approx(
        sum(score for _, score in lines[0]["token_scores"])
    )
    _, shown, _ = command("score", str(trained), f"file={path}")
    assert f"{total['perplexity']:.4f}" in shown and "{" not in shown


def test_targets_are_scored_given_their_sources(tmp_path: Path, command: Callable[..., tuple[int, str, str]]):
    run = zoo.run("translation", data=sentences(tmp_path), out=str(tmp_path / "run"), preset="tiny", train={"steps": 1})
    (tmp_path / "new.tsv").write_text("source\ttarget\none and two\ttwo et one\nsix and ten\tten et six\n")
    status, out, _ = command("score", str(tmp_path / "run"), f"file={tmp_path / 'new.tsv'}", "--json")
    first, second, last = [json.loads(line) for line in out.splitlines()]
    expected = run.score(["two et one", "ten et six"], ["one and two", "six and ten"])
    assert status == 0 and first["source"] == "one and two"
    for found, score in zip((first, second), expected, strict=True):
        np.testing.assert_allclose([value for _, value in found["token_scores"]], score.tokens, rtol=1e-3)
    assert [token.strip() for token, _ in first["token_scores"]][:3] == ["two", "et", "one"]
    assert last["total"]["characters"] == len("two et one") * 2


def test_mistakes_are_one_line(trained: Path, tmp_path: Path, command: Callable[..., tuple[int, str, str]]):
    (tmp_path / "empty.txt").write_text("")
    assert "give the texts as file=PATH" in command("score", str(trained))[2]
    for file, message in (("nowhere.txt", "nowhere.txt"), (str(tmp_path / "empty.txt"), "empty")):
        status, _, error = command("score", str(trained), f"file={file}")
        assert status in (1, 2) and message in error and error.count("\n") == 1
    zoo.run("frames", data=gestures(tmp_path), out=str(tmp_path / "frames"), preset="tiny", train={"steps": 1})
    status, _, error = command("score", str(tmp_path / "frames"), f"file={tmp_path}")
    assert status == 1 and "writes no text" in error
