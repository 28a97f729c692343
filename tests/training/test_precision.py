"""Numbers of 16 bits: nearly the curve of float32, and with float16 a loss scale that finds its size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.settings_by_part import SettingsByPart
from zoo.training.checkpoint import load_checkpoint, save_checkpoint


def train(rhyme: Path, out: Path, tiny: SettingsByPart, precision: str, **train: object) -> zoo.Run:
    settings: SettingsByPart = {**tiny, "train": {**tiny["train"], **train}, "device": {"precision": precision}}
    return zoo.run("charlm", data=str(rhyme), out=str(out), **settings)


@pytest.mark.parametrize("precision", ["bfloat16", pytest.param("float16", marks=pytest.mark.slow)])
def test_sixteen_bits_learn_as_well(tmp_path: Path, rhyme: Path, tiny: SettingsByPart, precision: str):
    runs = [
        train(rhyme, tmp_path / name, tiny, name, steps=60, learning_rate=0.1, evaluate_every=10)
        for name in ("float32", precision)
    ]
    losses = [[record["validation"]["loss"] for record in run.metrics] for run in runs]
    assert losses[0][-1] < 0.9 * losses[0][0]
    np.testing.assert_allclose(*losses, rtol=0.02)


def test_the_loss_scale_is_resumed_and_shrinks_where_gradients_overflow(
    tmp_path: Path, rhyme: Path, tiny: SettingsByPart
):
    whole = train(rhyme, tmp_path / "whole", tiny, "float16", steps=8, schedule="constant")
    parts = train(rhyme, tmp_path / "parts", tiny, "float16", steps=4, schedule="constant")
    zoo.load(parts.folder.path).resume(train={"steps": 8})
    expected, state = load_checkpoint(whole.folder.checkpoint)
    found, _ = load_checkpoint(parts.folder.checkpoint)
    assert all(expected[name].tobytes() == found[name].tobytes() for name in expected)
    assert (expected["scale/000"], expected["scale/001"]) == (64, 8)
    # Far too large a scale: the steps that overflow change nothing but the scale.
    save_checkpoint(whole.folder.checkpoint, expected | {"scale/000": np.float32(2.0**40)}, state)
    zoo.load(whole.folder.path).resume(train={"steps": 11})
    after, _ = load_checkpoint(whole.folder.checkpoint)
    assert after["scale/000"] == 2.0**37 and after["scale/001"] == 0
    weights = [name for name in expected if name.startswith(("model/", "optimizer/"))]
    assert all(expected[name].tobytes() == after[name].tobytes() for name in weights)


@pytest.mark.slow
def test_another_precision_goes_on_from_the_same_checkpoint(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    run = train(rhyme, tmp_path / "run", tiny, "float32")
    for precision in ("float16", "float32"):
        resumed = zoo.load(run.folder.path).resume(train={"steps": 8}, device={"precision": precision})
        assert np.isfinite(resumed.metrics[-1]["validation"]["loss"])
