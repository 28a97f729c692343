"""Numbers and several labels at once as targets: losses, metrics, answers, bundles; for a source and for each frame."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

import zoo
import zoo.runtime
from tests.runs.conftest import command
from tests.settings_by_part import SettingsByPart
from zoo.codecs import LabelsCodec, NumberCodec, target_codec
from zoo.errors import UsageError, ZooError
from zoo.metrics import label_set_metrics, number_metrics
from zoo.topology.targets import target_losses

__all__ = ["command"]

WORDS = {"good": 2.0, "fine": 1.0, "dull": -1.0, "bad": -2.0}


def numbered(folder: Path) -> str:
    rows = [f"the {a} and {b} film {n},{100 + WORDS[a] + WORDS[b]}" for n in range(6) for a in WORDS for b in WORDS]
    (folder / "numbers.csv").write_text("text,stars\n" + "\n".join(rows) + "\n")
    return str(folder / "numbers.csv")


def labelled(folder: Path) -> str:
    kinds = {"goals": "sport", "vote": "politics", "stars": "film"}
    pairs = [(a, b) for a in (*kinds, "") for b in (*kinds, "")]
    rows = [
        {"text": f"news of {a} and {b} {n}", "label": sorted({kinds[w] for w in (a, b) if w}) or ["-"]}
        for n in range(6)
        for a, b in pairs
    ]
    (folder / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    return str(folder / "labels.jsonl")


SMALL: SettingsByPart = {
    "model": {"units": 12, "embedding": 12, "dropout": 0.0, "word_dropout": 0.0, "pooling": "mean"},
    "batch": {"size": 16},
    "train": {"steps": 150, "evaluate_every": 150, "learning_rate": 0.02},
}


def test_a_number_is_learned_and_answered_in_its_own_unit(tmp_path: Path, command: Callable[..., tuple[int, str, str]]):
    data = {"source": numbered(tmp_path), "target": "number", "validation": 0.2, "test": 0.2}
    run = zoo.run("sentiment", data=data, out=str(tmp_path / "run"), **SMALL)
    metrics = run.evaluate("test")
    report = run.evaluation_report("test")
    assert set(metrics) >= {"loss", "rmse", "mae", "r2"} and "accuracy" not in metrics
    assert metrics["r2"] > 0.9 and metrics["rmse"] < 0.8
    assert "the mean here, would give rmse" in report.notes[0]
    (value,) = run.predict(["the good and good film 1"])
    assert isinstance(value, float) and 102 < value < 106
    status, out, _ = command("predict", str(tmp_path / "run"), "the bad and bad film 1", "--json")
    assert status == 0 and 94 < json.loads(out)["answer"] < 98
    if keras.backend.backend() == "jax":  # only TensorFlow exports
        return
    bundle = zoo.runtime.load(run.export(str(tmp_path / "bundle")).path)
    np.testing.assert_allclose(bundle.predict(["the good and good film 1"]), [value], rtol=1e-4)


def test_several_labels_at_once_are_learned(tmp_path: Path):
    data = {"source": labelled(tmp_path), "target": "labels", "validation": 0.2, "test": 0.2}
    run = zoo.run("sentiment", data=data, out=str(tmp_path / "run"), **SMALL)
    metrics = run.evaluate("test")
    assert metrics["micro_f1"] > 0.9 and metrics["macro_f1"] > 0.9 and metrics["exact_match"] > 0.8
    assert run.predict(["news of goals and vote 1", "news of  and  1"]) == [["politics", "sport"], []]
    probabilities = run.answer(["news of stars and  1"])[0].details["probabilities"]
    assert set(probabilities) == {"film", "politics", "sport"} and probabilities["film"] > 0.5
    assert any("data.threshold=" in note for note in run.evaluation_report("test").notes)
    loaded = zoo.load(run.folder.path).predict(["news of goals and vote 1"])
    assert loaded == [["politics", "sport"]]


def test_every_frame_has_a_number(tmp_path: Path):
    draw = np.random.default_rng(0)
    for number in range(14):
        features = draw.normal(size=(9 + number % 4, 2)).astype(np.float32)
        np.savez(tmp_path / f"{number}.npz", features=features, labels=20 + 3 * features[:, 0])
    data = {"source": str(tmp_path), "target": "number", "validation": 0.2, "test": 0.2}
    train = {"steps": 120, "evaluate_every": 120, "learning_rate": 0.02, "loss": "huber"}
    run = zoo.run(
        "frames",
        data=data,
        out=str(tmp_path / "run"),
        model={"units": 12, "causal": True},
        batch={"size": 8},
        train=train,
    )
    assert run.evaluate("test")["r2"] > 0.8
    features = np.array([[0.5, 1.0], [-1.0, 0.0], [0.2, 0.3]], np.float32)
    (answer,) = run.predict([features])
    assert all(isinstance(value, float) for value in answer)
    streamed = [one.value for one in run.stream_answers(list(features))]
    np.testing.assert_allclose(streamed, answer, rtol=1e-3)


def test_losses_are_those_of_their_names():
    outputs = np.array([[0.5], [-3.0], [9.0]], np.float32)
    target, weights = np.array([0.0, 1.0, 7.0], np.float32), np.array([1.0, 1.0, 0.0], np.float32)
    for name, wanted in (("mse", [0.25, 16.0]), ("mae", [0.5, 4.0]), ("huber", [0.125, 3.5])):
        losses, _, sums = target_losses(outputs, target, weights, True, name)
        np.testing.assert_allclose(np.array(losses)[:2], wanted, rtol=1e-6)
        assert sums == {}
    logits = np.array([[2.0, -1.0]], np.float32)
    losses, _, sums = target_losses(logits, np.array([[1.0, 1.0]], np.float32), np.ones(1, np.float32), True)
    np.testing.assert_allclose(np.array(losses), [(math.log1p(math.exp(-2)) + math.log1p(math.exp(1))) / 2], rtol=1e-5)
    assert float(sums["accuracy"][0]) == 0


def test_metrics_are_those_of_their_definitions():
    found = number_metrics([1.0, 2.0, 3.0], [1.0, 2.0, 5.0])
    assert found == pytest.approx({"rmse": math.sqrt(4 / 3), "mae": 2 / 3, "r2": -1.0})
    found = label_set_metrics([["a"], ["a", "b"], []], [["a"], ["a"], ["b"]])
    assert found == pytest.approx({"micro_f1": 2 * 2 / (3 + 3), "macro_f1": 0.5, "exact_match": 1 / 3})


def test_codecs_of_targets_come_back_from_their_files(tmp_path: Path):
    number = NumberCodec()
    number.fit(["1", 3, [5.0, 7.0]])
    number.save(tmp_path, "n")
    restored = NumberCodec()
    restored.restore(tmp_path, "n")
    assert restored.decode(restored.encode("2.5")) == pytest.approx(2.5)
    assert restored.decode(restored.encode([1, 2])) == pytest.approx([1, 2])
    labels = LabelsCodec(0.3)
    labels.fit(["a; b", ["c"], "-"])
    labels.save(tmp_path, "l")
    other = LabelsCodec()
    other.restore(tmp_path, "l")
    assert other.threshold == 0.3 and other.encode("c|a").tolist() == [1.0, 0.0, 1.0]
    assert other.decode([0.2, 0.3, 0.9]) == ["b", "c"] and other.encode_known("zz").sum() == 0
    with pytest.raises(ZooError, match="'d' does not occur"):
        other.encode("d")


@pytest.mark.parametrize(("value", "message"), [("good", "'good' is not a number"), ("nan", "not a number")])
def test_what_is_no_number_is_named(value: str, message: str):
    with pytest.raises(ZooError, match=message):
        NumberCodec().fit(["1", value])
    with pytest.raises(ZooError, match="nothing to learn"):
        NumberCodec().fit(["2", 2.0])
    with pytest.raises(UsageError, match="did you mean 'number'"):
        target_codec("numbr")
