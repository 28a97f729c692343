"""Several runs answer as one, by the mean of their probabilities."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import zoo
from zoo.codecs import LabelCodec
from zoo.codecs.labels import LabelsCodec
from zoo.codecs.number import NumberCodec
from zoo.topology.ensemble_model import mean_of


@pytest.fixture(scope="module")
def other(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A larger model with the same vocabulary, of another cell."""
    folder = tmp_path_factory.mktemp("other") / "run"
    settings = {"batch": {"size": 16, "length": 16}, "search": {"length": 20}, "train": {"steps": 2}}
    model = {"units": 24, "layers": 2, "cell": "gru"}
    zoo.run("charlm", data=zoo.load(trained).settings.data.source, out=str(folder), seed=5, model=model, **settings)
    return folder


def test_each_token_has_the_mean_of_the_probabilities(trained: Path, other: Path):
    text, runs = "one two, buckle my shoe", [zoo.load(trained), zoo.load(other)]
    scores = [np.exp(run.score([text])[0].tokens) for run in runs]
    together = zoo.ensemble(runs)
    assert np.allclose(np.exp(together.score([text])[0].tokens), np.mean(scores, axis=0), atol=1e-6)
    (beam,) = together.answer(["one"], strategy="beam", beam=3, length=6)
    assert beam.details["log_probability"] == pytest.approx(together.score([beam.value], ["one"])[0].total, abs=1e-4)


def test_runs_are_given_to_predict_by_their_folders(
    trained: Path, other: Path, command: Callable[..., tuple[int, str, str]]
):
    words = ["one", "search.strategy=greedy", "search.length=6"]
    status, out, err = command("predict", str(trained), str(other), *words)
    assert status == 0, err
    expected = zoo.ensemble([trained, other]).predict(["one"], strategy="greedy", length=6)
    assert out.rstrip("\n") == " ".join(expected[0].split()) or out.strip() == expected[0].strip()


def test_other_vocabularies_are_refused_in_a_line(
    trained: Path, copied: Path, tmp_path: Path, command: Callable[..., tuple[int, str, str]]
):
    (codec,) = (copied / "codecs").glob("*.json")
    codec.write_bytes(codec.read_bytes() + b" ")
    status, out, err = command("predict", str(trained), str(copied), "one")
    assert (status, out) == (1, "")
    assert err == f"error: cannot combine {trained} and {copied}: their vocabularies or labels differ ({codec.name})\n"
    with pytest.raises(zoo.UsageError, match="at least two runs"):
        zoo.ensemble([trained])
    status, _, err = command("evaluate", str(trained), str(trained))
    assert status == 1 and "compares none with the truth" in err


@pytest.mark.budget("it compiles the searches of a translator, and of an ensemble of it")
def test_a_translator_twice_translates_as_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("pairs.tsv").write_text("".join(f"good day {word}\tbonjour {word}\n" for word in "abcdefghijklmnopqrst"))
    run = zoo.run("translation", data="pairs.tsv", preset="tiny", train={"steps": 1}, out="run")
    shutil.copytree("run", "copy")
    together = zoo.ensemble([run, "copy"])
    inputs = ["good day b", "day"]
    alone, twice = (each.answer(inputs, strategy="beam", beam=3, length=8) for each in (run, together))
    assert [answer.value for answer in alone] == [answer.value for answer in twice]
    assert [answer.score for answer in alone] == pytest.approx([answer.score for answer in twice], abs=1e-4)
    texts = [str(answer.value) for answer in alone]
    one, two = run.align(inputs, texts)[0], together.align(inputs, texts)[0]
    assert np.allclose(one.weights, two.weights, atol=1e-5)
    assert set(together.evaluate("train")) == {"bleu", "chrf", "exact"}


def test_the_mean_of_each_kind_of_target():
    logits = [np.array([[2.0, 0.0, -1.0]], np.float32), np.array([[-3.0, 1.0, 0.5]], np.float32)]
    shares = [np.exp(each) / np.exp(each).sum() for each in logits]
    tokens = np.asarray(mean_of(LabelCodec())(logits))
    assert np.allclose(np.exp(tokens), np.mean(shares, axis=0), atol=1e-6)
    assert np.allclose(np.asarray(mean_of(NumberCodec())(logits)), np.mean(logits, axis=0))
    several = np.asarray(mean_of(LabelsCodec())(logits))
    assert np.allclose(
        1 / (1 + np.exp(-several)), np.mean([1 / (1 + np.exp(-each)) for each in logits], axis=0), atol=1e-6
    )
