"""On JAX batches that do not come out even are padded, which shows in no number."""

from __future__ import annotations

import os

import numpy as np
import pytest

if os.environ.get("KERAS_BACKEND") != "jax":
    pytest.skip("make jax runs this", allow_module_level=True)

import keras

from zoo.errors import ZooError
from zoo.training.engines.jax.engine import JaxEngine

ROWS = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


def engine(replicas):
    made = JaxEngine("cpu", replicas, 0, "float32", 8)

    def build():
        model = keras.Sequential([keras.layers.Dense(1)])
        model.build((None, 3))
        model.set_weights([np.ones((3, 1)), np.ones(1)])
        return model

    model = made.build(build, 0)

    def forward(batch, carry, training):
        values = keras.ops.log(keras.ops.abs(model(batch["source"])[:, 0]))  # of zeros it would be no number
        weights = batch.get("weights", keras.ops.ones_like(values))
        return {"loss": (keras.ops.sum(values * weights), keras.ops.sum(weights))}, [carry[0] + batch["source"]]

    made.prepare(model, forward, None)
    return made


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 8])
def test_padding_shows_in_no_number(rows):
    source, weights = ROWS[:rows], np.ones(rows, "float32")
    expected = np.log(np.abs(source.sum(axis=1) + 1)).sum()
    for replicas in (1, 2):
        made = engine(replicas)
        assert made.replicas == replicas
        for size in (8, rows):  # a larger batch before it decides how far this one is padded
            batch = {"source": ROWS[:size], "weights": np.ones(size, "float32")}
            made.evaluate(batch, [np.zeros((size, 3), "float32")])
        result = made.evaluate({"source": source, "weights": weights}, [np.ones((rows, 3), "float32")])
        np.testing.assert_allclose(result.sums["loss"], (expected, rows), rtol=1e-5)
        np.testing.assert_allclose(result.carry[0], source + 1, rtol=1e-6)


def test_without_weights_nothing_can_be_padded():
    made = engine(2)
    made.evaluate({"source": ROWS[:4]}, [ROWS[:4]])
    with pytest.raises(ZooError, match="a batch of 3 rows without an array 'weights' cannot be padded for 2 devices"):
        made.evaluate({"source": ROWS[:3]}, [ROWS[:3]])
