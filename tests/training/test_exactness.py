"""One replica or two, killed or not: the same training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.long_run import first
from tests.settings_by_part import SettingsByPart
from zoo.training.checkpoint import load_checkpoint


def train(rhyme: Path, out: Path, replicas: int, tiny: SettingsByPart, **train: object) -> zoo.Run:
    settings: SettingsByPart = {**tiny, "train": {**tiny["train"], **train}}
    return zoo.run("charlm", data=str(rhyme), out=str(out), device={"replicas": replicas}, **settings)


def losses(run: zoo.Run) -> list[float]:
    return [record["train"]["loss"] for record in run.metrics]


@pytest.mark.parametrize(
    "extra",
    first(
        1,
        [
            {"optimizer": "adamw", "weight_decay": 0.1, "average": 0.9, "schedule": "cosine", "warmup": 5},
            {"optimizer": "rmsprop", "accumulate": 3, "clip": 0.1},
            {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.5, "schedule": "inverse_sqrt", "warmup": 3},
        ],
    ),
)
def test_two_replicas_give_the_curve_of_one(
    tmp_path: Path, rhyme: Path, tiny: SettingsByPart, extra: dict[str, object]
):
    tiny["model"]["dropout"] = 0.3
    steps = {"steps": 20, "evaluate_every": 4, **extra}
    one = losses(train(rhyme, tmp_path / "one", 1, tiny, **steps))
    two = losses(train(rhyme, tmp_path / "two", 2, tiny, **steps))
    assert len(one) == 5
    np.testing.assert_allclose(one, two, rtol=1e-4)


def test_an_uneven_batch_is_shared_as_well(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    tiny["batch"]["size"] = 7
    one = losses(train(rhyme, tmp_path / "one", 1, tiny, steps=10))
    two = losses(train(rhyme, tmp_path / "two", 2, tiny, steps=10))
    np.testing.assert_allclose(one, two, rtol=1e-4)


def test_a_resumed_run_is_the_run_that_never_stopped(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    tiny["model"]["dropout"] = 0.3
    extra = {"schedule": "plateau", "schedule_patience": 1, "average": 0.5, "accumulate": 2}
    whole = train(rhyme, tmp_path / "whole", 2, tiny, steps=24, evaluate_every=4, **extra)
    parts = train(rhyme, tmp_path / "parts", 2, tiny, steps=9, evaluate_every=4, **extra)
    zoo.load(parts.folder.path).resume(train={"steps": 24})
    expected, state = load_checkpoint(whole.folder.checkpoint)
    found, resumed = load_checkpoint(parts.folder.checkpoint)
    assert expected.keys() == found.keys()
    assert all(expected[name].tobytes() == found[name].tobytes() for name in expected)
    times = dict.fromkeys(("elapsed", "startup_seconds", "evaluated_at", "evaluation_seconds"), 0)
    assert {**state, **times} == {**resumed, **times}


@pytest.mark.slow
def test_another_number_of_replicas_goes_on_from_the_same_checkpoint(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    whole = train(rhyme, tmp_path / "whole", 2, tiny, steps=12, schedule="constant")
    part = train(rhyme, tmp_path / "part", 1, tiny, steps=6, schedule="constant")
    zoo.load(part.folder.path).resume(train={"steps": 12}, device={"replicas": 2})
    np.testing.assert_allclose(losses(whole), losses(part), rtol=1e-4)


def test_accumulated_batches_are_one_large_batch(tmp_path: Path, tiny: SettingsByPart):
    """Two batches of 8 rows in one step make the gradient that is the sum over both, divided once."""
    text = tmp_path / "text"
    text.write_text("abcdefgh" * 2000)
    small = train(text, tmp_path / "a", 1, {**tiny, "batch": {"size": 8, "length": 8}}, steps=3, accumulate=2)
    assert small.metrics[-1]["step"] == 3
    _, state = load_checkpoint(small.folder.checkpoint)
    assert state["batch"] == 6


@pytest.mark.slow
def test_the_largest_seed_trains_as_well_as_any(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    tiny["model"]["dropout"] = 0.5
    runs = [
        zoo.run("charlm", data=str(rhyme), out=str(tmp_path / str(seed)), seed=seed, **tiny)
        for seed in (2**31 - 1, 2**31 - 2)
    ]
    assert losses(runs[0]) != losses(runs[1])
