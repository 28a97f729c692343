"""`check_task` on a task that is not a language model, on a built-in task, and on broken ones."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import zoo
from tests.example_tasks.majority import Majority, Reader
from tests.settings_by_part import SettingsByPart
from zoo.plugins import Plugins
from zoo.testing import check_task
from zoo.topology import ManyToOne

SMALL: dict[str, Any] = {"examples": 100, "model": {"units": 8}}


def test_a_stranger_s_task_passes():
    run = check_task(Majority, **SMALL)
    assert run.topology.name == "many-to-one"


@pytest.mark.slow
def test_charlm_passes(rhyme: Path, tiny: SettingsByPart):
    check_task(Plugins().load_task("charlm"), data=str(rhyme), device={"replicas": 1}, **tiny)


def test_the_rule_is_learned(tmp_path: Path):
    run = zoo.run(Majority, out=str(tmp_path / "run"))
    accuracy = run.evaluate("test")["accuracy"]
    print(f"\nmajority: accuracy {accuracy:.3f} on held-out words after {run.metrics[-1]['step']} steps")
    assert accuracy > 0.95
    assert run.predict(["aab", "abbbb", "bbaabaaaa"]) == ["a", "b", "a"]


def test_the_file_runs_without_packaging(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    from zoo import tensorflow_messages
    from zoo.cli import main

    monkeypatch.setattr(tensorflow_messages, "silence", lambda: None)
    monkeypatch.chdir(tmp_path)
    Path("majority.py").write_text((Path(__file__).parent / "example_tasks" / "majority.py").read_text())
    assert main(["run", "./majority.py", "examples=100", "train.epochs=0", "train.steps=3"]) == 0
    folder = capfd.readouterr().out.splitlines()[-1]
    assert folder.startswith("runs/majority/")
    assert main(["evaluate", folder]) == 0
    assert "accuracy" in capfd.readouterr().out


class Unbuilt(Majority):
    """Gives a model without weights."""

    def model(self, codecs):
        return keras.Sequential([keras.layers.Embedding(4, 4), keras.layers.GRU(4), keras.layers.Dense(2)])


class Unmade(Majority):
    """Gives a model that says it is built, and has made none of its layers."""

    def model(self, codecs):
        model = Reader(codecs["source"].size, codecs["target"].size, "gru", 4)
        model.built = True
        return model


class Noisy(keras.layers.Layer):
    """Adds what no file keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.noise = np.random.default_rng().normal(scale=100.0, size=2).astype(np.float32)

    def call(self, inputs):
        return inputs + self.noise


class Unsaved(Majority):
    """Predicts with numbers that are drawn anew in each process."""

    topology = type("Telling", (ManyToOne,), {"predict": lambda self, inference, inputs, settings: [
        float(inference.model.layers[-1].noise[0]) for _ in inputs
    ]})()  # fmt: skip

    def model(self, codecs):
        inputs = keras.Input((None,), dtype="int32")
        hidden = keras.layers.GRU(4)(keras.layers.Embedding(codecs["source"].size, 4)(inputs))
        return keras.Model(inputs, Noisy()(keras.layers.Dense(2)(hidden)))


class Unfinite(Majority):
    """Measures something that is not a number."""

    class Dividing(ManyToOne):
        def summarise(self, totals, data):
            return {**super().summarise(totals, data), "ratio": math.inf}

    topology = Dividing()


class Diverging(Majority):
    """Has a loss that is not a number."""

    class Logarithm(ManyToOne):
        def forward(self, model, batch, carry, training):
            sums, carry = super().forward(model, batch, carry, training)
            loss, weight = sums["loss"]
            return {**sums, "loss": (loss * math.nan, weight)}, carry

    topology = Logarithm()


class Silent(Majority):
    """Answers with fewer predictions than there were questions."""

    class Short(ManyToOne):
        def predict(self, inference, inputs, settings):
            return super().predict(inference, inputs[1:], settings)

    topology = Short()


class Hollow(Majority):
    """Has no data."""

    def data(self):
        return zoo.data.Splits([])


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (Unbuilt, "model that is not built"),
        (Unmade, "without trainable weights; build its layers"),
        (Unsaved, "a fresh process predicts"),
        (Unfinite, "the metric ratio is inf"),
        (Diverging, "the loss is nan"),
        (Silent, "3 inputs got 2 predictions"),
        (Hollow, "training"),
    ],
)
def test_a_broken_promise_is_named(task: type[zoo.Task], message: str):
    with pytest.raises(AssertionError, match=message):
        check_task(task, **SMALL, device={"replicas": 1})
