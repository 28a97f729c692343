"""Bundles of trained runs: the same answers without TensorFlow, and nothing that was tampered with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import pytest

import zoo
import zoo.runtime
from tests.conftest import RHYME, TINY
from zoo.errors import UsageError, ZooError

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="an export is made by TensorFlow")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture(scope="module")
def charlm(folder: Path) -> zoo.Run:
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    return zoo.run("charlm", data=str(folder / "rhyme.txt"), out=str(folder / "charlm"), **TINY)


@pytest.fixture(scope="module")
def sentiment(folder: Path) -> zoo.Run:
    rows = [
        f"{text} {number},{label}" for number in range(20) for text, label in (("good day", "yes"), ("bad night", "no"))
    ]
    (folder / "reviews.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    model = {"units": 4, "embedding": 4, "pooling": "attention"}
    return zoo.run(
        "sentiment", data=str(folder / "reviews.csv"), out=str(folder / "sentiment"), model=model, train={"steps": 2}
    )


@pytest.fixture(scope="module")
def bundle(charlm: zoo.Run, folder: Path) -> Path:
    return charlm.export(folder / "charlm.zoo", examples=0).path


def test_a_bundle_writes_the_texts_of_its_run(charlm: zoo.Run, bundle: Path):
    model = zoo.runtime.load(bundle)
    assert model.sample("one ", seed=3, count=2, length=40) == charlm.sample("one ", seed=3, count=2, length=40)
    (ours,), (theirs,) = model.score(["two, buckle"], ["one "]), charlm.score(["two, buckle"], ["one "])
    assert ours.tokens == pytest.approx(theirs.tokens, abs=1e-5)


def test_an_export_compares_and_says_so(sentiment: zoo.Run, folder: Path):
    done = sentiment.export(folder / "sentiment-bundle", examples=8, license="CC0-1.0")
    assert done.parity is not None and done.parity.equal == 1 and done.parity.difference < 1e-5
    card = (done.path / "README.md").read_text()
    assert "100.0%" in card and "CC0-1.0" in card and 'zoo.runtime.load("sentiment-bundle")' in card
    inputs = ["good day 3", "a bad night", "day"]
    ours, theirs = zoo.runtime.load(done.path).answer(inputs), sentiment.answer(inputs)
    assert [one.value for one in ours] == [one.value for one in theirs]
    assert ours[0].details["probabilities"] == pytest.approx(theirs[0].details["probabilities"], abs=1e-5)
    assert [word for word, _ in ours[1].details["looked_at"]] == ["a", "bad", "night"]


def test_small_numbers_are_refused_where_they_lose_too_much(
    sentiment: zoo.Run, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    half = sentiment.export(folder / "half", precision="float16", examples=4)
    assert half.parity is not None and half.parity.equal == 1
    from zoo.export.parity import Parity

    monkeypatch.setattr(Parity, "loss", 0.5)
    with pytest.raises(ZooError, match="precision=int8 loses 50.0% of accuracy"):
        sentiment.export(folder / "eight", precision="int8", examples=4)
    assert not (folder / "eight").exists()


PROGRAM = """
import sys, zoo.runtime
print(zoo.runtime.load(sys.argv[1]).sample("one ", seed=3, length=20))
print(sorted({name.split(".")[0] for name in sys.modules} & {"keras", "tensorflow", "jax"}))
"""


def test_a_bundle_needs_neither_keras_nor_tensorflow(charlm: zoo.Run, bundle: Path):
    done = subprocess.run([sys.executable, "-c", PROGRAM, bundle], capture_output=True, text=True, timeout=300)
    text, _, names = done.stdout.rstrip("\n").rpartition("\n")
    assert names == "[]", done.stderr
    assert text == charlm.sample("one ", seed=3, length=20)


def test_what_was_tampered_with_is_refused(sentiment: zoo.Run, folder: Path):
    path = sentiment.export(folder / "tampered", examples=0).path
    graph = path / "graphs" / "predict.onnx"
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ZooError, match="predict.onnx: damaged or changed"):
        zoo.runtime.load(path)
    graph.write_bytes(whole)
    manifest = json.loads((path / "bundle.json").read_text())
    del manifest["files"]["graphs/predict.onnx"]
    (path / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(ZooError, match="no checksum"):
        zoo.runtime.load(path)
    with pytest.raises(ZooError, match="not a bundle"):
        zoo.runtime.load(folder)


def test_nothing_else_is_overwritten(sentiment: zoo.Run, folder: Path):
    (folder / "mine").mkdir()
    (folder / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match="not empty"):
        sentiment.export(folder / "mine")
    with pytest.raises(UsageError, match="did you mean 'onnx'"):
        sentiment.export(folder / "other", format="onx")


COMMAND = """
import sys
from zoo.cli import main
status = main(sys.argv[1:])
print(status, sorted({name.split(".")[0] for name in sys.modules} & {"keras", "tensorflow", "jax"}))
"""


def test_a_command_answers_with_the_graphs_that_a_run_keeps(sentiment: zoo.Run, capsys: pytest.CaptureFixture[str]):
    from zoo.cli import main

    path = sentiment.folder.path
    assert main(["predict", str(path), "good day 3", "runtime=off"]) == 0
    assert not (path / "runtime").exists()
    wanted = capsys.readouterr().out
    assert main(["predict", str(path), "good day 3"]) == 0
    assert capsys.readouterr().out == wanted
    assert len(list((path / "runtime").iterdir())) == 1
    words = ["predict", str(path), "good day 3"]
    done = subprocess.run([sys.executable, "-c", COMMAND, *words], capture_output=True, text=True, timeout=300)
    assert done.stdout == f"{wanted}0 []\n", done.stderr


EVALUATE = """
import sys
from zoo.cli import main
status = main(["evaluate", sys.argv[1], "--json"])
print(status, sorted({name.split(".")[0] for name in sys.modules} & {"keras", "tensorflow", "jax"}))
"""


def test_a_run_is_evaluated_with_graphs_from_the_second_time_on(
    charlm: zoo.Run, sentiment: zoo.Run, capsys: pytest.CaptureFixture[str]
):
    from zoo.cli import main

    for run in (charlm, sentiment):
        path = str(run.folder.path)
        assert main(["evaluate", path, "runtime=off", "--json"]) == 0
        wanted = json.loads(capsys.readouterr().out)
        assert main(["evaluate", path]) == 0
        capsys.readouterr()
        assert len(list((run.folder.path / "runtime").glob("*/evaluation/bundle.json"))) == 1
        done = subprocess.run([sys.executable, "-c", EVALUATE, path], capture_output=True, text=True, timeout=300)
        text, _, last = done.stdout.rstrip("\n").rpartition("\n")
        assert last == "0 []", done.stderr
        found = json.loads(text)
        assert list(found["metrics"]) == list(wanted["metrics"])
        assert found["metrics"] == pytest.approx(wanted["metrics"], rel=1e-5)
        assert {name: found[name] for name in ("examples", "worst", "split")} == {
            name: wanted[name] for name in ("examples", "worst", "split")
        }


def test_a_training_leaves_graphs_and_a_failure_leaves_none(sentiment: zoo.Run, monkeypatch: pytest.MonkeyPatch):
    import shutil

    from zoo.export import bundle_writer
    from zoo.runs.fast_run import keep_graphs

    place = sentiment.folder.path / "runtime"
    shutil.rmtree(place, ignore_errors=True)

    def fail(*_: object) -> None:
        raise RuntimeError("not today")

    with monkeypatch.context() as patched:
        patched.setattr(bundle_writer, "write_bundle", fail)
        keep_graphs(sentiment)
    assert not place.exists()
    keep_graphs(sentiment)
    assert len(list(place.glob("*/graphs/predict.onnx"))) == 1


def test_graphs_of_other_weights_or_damaged_ones_answer_nothing(sentiment: zoo.Run):
    from zoo.runs.fast_answers import FastAnswers

    answers = FastAnswers(sentiment.folder)
    (sentiment.folder.path / "runtime" / ("0" * 16)).mkdir(parents=True)  # of earlier weights
    assert answers.make(sentiment.task, sentiment.name, sentiment.codecs, ["good day"]) is not None
    answers.keep()
    (kept,) = (sentiment.folder.path / "runtime").iterdir()
    graph = kept / "graphs" / "predict.onnx"
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-1])
    assert answers.find(sentiment.codecs) is None
    graph.write_bytes(whole)
    assert answers.find(sentiment.codecs) is not None
    manifest = kept / "bundle.json"
    written = manifest.read_text()
    for wrong in (
        {"graphs": {}},
        {"graphs": {"predict": {"file": "graphs/predict.onnx", "inputs": ["a"], "outputs": []}}},
    ):
        manifest.write_text(json.dumps(json.loads(written) | wrong))
        assert answers.find(sentiment.codecs) is None
    manifest.write_text(written)
    best = sentiment.folder.best
    weights = best.read_bytes()
    best.write_bytes(weights + b"\n")
    assert answers.find(sentiment.codecs) is None
    best.write_bytes(weights)
