"""One-to-one: batches of one shape, the loss, answers with their probabilities, and what a model explains."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

import zoo
from zoo.codecs import ImageCodec, LabelCodec
from zoo.codecs.codec import RawExample
from zoo.data import Splits
from zoo.settings import BatchSettings, DataSettings, TrainSettings
from zoo.testing import check_task
from zoo.topology import OneToOne


def stripe(place: int, draw: np.random.Generator) -> RawExample:
    """An image whose brightest row is its label."""
    image = draw.integers(0, 90, (4, 6)).astype(np.uint8)
    image[place] = 250
    return {"source": image, "target": str(place)}


@dataclass
class StripesData(DataSettings):
    balanced: bool = zoo.setting(False, "weight the loss so that every class counts equally")


@dataclass
class StripesSettings(zoo.Settings):
    data: StripesData = zoo.part(StripesData)
    batch: BatchSettings = zoo.part(BatchSettings, size=12)
    train: TrainSettings = zoo.part(TrainSettings, steps=60, learning_rate=2e-2)


class Reader(keras.Model):
    """Weighs all pixels, and tells its means over rows."""

    def __init__(self) -> None:
        super().__init__()
        self.classes = keras.layers.Dense(4)

    def call(self, source, training=False):
        return self.explain(source)[0]

    def explain(self, source):
        values = ops.cast(source, "float32") / 255
        return self.classes(ops.reshape(values, (-1, 24))), {"brightness": ops.mean(values, axis=(2, 3))}


class Stripes(zoo.Task):
    """Which row of an image is the brightest."""

    topology = OneToOne()
    Settings = StripesSettings

    def data(self):
        draw = np.random.default_rng(0)
        return Splits(*([stripe(place % 4, draw) for place in range(count)] for count in (50, 13, 13)))

    def codecs(self):
        return {"source": ImageCodec(4, 6, 1), "target": LabelCodec()}

    def model(self, codecs):
        model = Reader()
        model(np.zeros((1, 4, 6, 1), np.uint8))
        return model


def test_promises_are_kept():
    run = check_task(Stripes)
    assert run.topology.name == "one-to-one"


def test_it_learns_and_explains(tmp_path: Path):
    run = zoo.run(Stripes, out=str(tmp_path / "run"))
    examples = list(run.task.splits().test)
    report = run.evaluation_report("test", show=1)
    assert report.metrics["accuracy"] == 1.0
    assert report.examples[0].source == "array 4 x 6"
    # The same answers alone, and in batches of which the last is not full.
    answers = run.answer([example["source"] for example in examples])
    assert [answer.value for answer in answers] == [example["target"] for example in examples]
    alone = run.answer([examples[-1]["source"]])[0]
    assert alone.value == answers[-1].value and alone.score == pytest.approx(answers[-1].score, abs=1e-5)
    assert sum(alone.details["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert alone.details["brightness"] == pytest.approx(examples[-1]["source"].mean(1) / 255, abs=1e-5)
    assert run.answer([]) == []


def test_batches_have_one_shape_and_rare_classes_may_count_more(tmp_path: Path):
    draw = np.random.default_rng(0)
    examples = [stripe(place, draw) for place in (0, 0, 0, 1, 2, 2, 3, 3)]
    codecs = Stripes(StripesSettings()).codecs()
    codecs["target"].fit(example["target"] for example in examples)
    settings = StripesSettings(data=StripesData(balanced=True), batch=BatchSettings(size=5))
    batches = OneToOne().batches(examples, codecs, settings, folder=tmp_path, split="train")
    assert batches.steps_per_epoch == 2 and batches.varying == {}
    counted = np.zeros(4)
    for batch in batches.epoch(0):
        assert batch["source"].shape == (5, 4, 6, 1) and batch["target"].shape == (5,)
        np.testing.assert_array_equal(batch["weights"], batch["index"] >= 0)
        np.add.at(counted, batch["target"], batch["weights"] * batch["share"])
    np.testing.assert_allclose(counted, 2.0)
    held_out = OneToOne().batches(examples, codecs, settings, folder=tmp_path, split="validation")
    assert "share" not in next(held_out.epoch(0))
