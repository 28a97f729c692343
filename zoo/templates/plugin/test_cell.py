"""The cell works in Keras, can be saved, and trains in a task."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import zoo

from zoo_mytask import MytaskCell


def test_it_runs_in_keras_and_can_be_saved(tmp_path: Path) -> None:
    """A saved model answers as before."""
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, keras.layers.RNN(MytaskCell(4))(inputs))
    values = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(values), model(values), atol=1e-6)


def test_a_task_trains_with_it(tmp_path: Path) -> None:
    """The entry point in pyproject.toml names the module."""
    (tmp_path / "text.txt").write_text("one two three four five six\n" * 40, encoding="utf-8")
    run = zoo.run(
        "charlm",
        data=str(tmp_path / "text.txt"),
        out=str(tmp_path / "run"),
        model={"cell": "mytask", "units": 8},
        batch={"size": 8, "length": 8},
        train={"steps": 3},
    )
    assert np.isfinite(run.metrics[-1]["validation"]["loss"])
