"""Numbers that are none, and clocks that jump."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pytest

import zoo
from tests.settings_by_part import SettingsByPart
from zoo.backend.types import Tensor
from zoo.codecs import Codec, LabelCodec
from zoo.codecs.codec import RawValue
from zoo.data import Splits
from zoo.runs import folder as folders
from zoo.topology import OneToOne
from zoo.training.checkpoint import load_checkpoint


@pytest.mark.parametrize("bad", ["nan", "inf"])
def test_a_feature_that_is_no_number_is_named_with_its_row(refused: Callable[..., str], tmp_path: Path, bad: str):
    rows = ["x,y,label", *(f"{number},{bad if number == 7 else 1.0},a" for number in range(1, 40))]
    for name in ("one", "two", "three"):
        (tmp_path / f"{name}.csv").write_text("\n".join(rows if name == "two" else rows[:6]) + "\n")
    line = refused("run", "frames", f"data={tmp_path}", "preset=tiny", f"out={tmp_path / 'run'}", status=1)
    assert "two.csv" in line and "8" in line


def test_a_loss_that_is_no_number_ends_the_run_with_its_last_checkpoint(
    tmp_path: Path, rhyme: Path, tiny: SettingsByPart
):
    out = tmp_path / "run"
    run = zoo.run("charlm", data=str(rhyme), out=str(out), **tiny)
    before = run.folder.checkpoint.read_bytes()
    with pytest.raises(
        zoo.ZooError, match=r"^step \d+: the loss is \S+, the gradient's norm .* the checkpoint of step 4"
    ):
        zoo.load(out).resume(train={"steps": 400, "evaluate_every": 0, "learning_rate": 1e3, "weight_decay": 1e3})
    assert run.folder.checkpoint.read_bytes() == before
    _, state = load_checkpoint(run.folder.checkpoint)
    assert state["step"] == 4


def test_a_clock_that_jumps_back_changes_nothing(
    tmp_path: Path, rhyme: Path, tiny: SettingsByPart, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    first = zoo.run("charlm", data=str(rhyme), **tiny)

    class Past(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return datetime.datetime(2001, 1, 1, tzinfo=tz)

    before = time.time()
    monkeypatch.setattr(folders, "datetime", Past)
    monkeypatch.setattr(time, "time", lambda: before - 1e9)
    tiny["train"] = {"minutes": 0.02, "steps": 0}
    second = zoo.run("charlm", data=str(rhyme), **tiny)
    assert "2001" in second.folder.path.name and first.folder.path.name > second.folder.path.name
    assert os.path.realpath("runs/charlm/latest") == os.path.realpath(second.folder.path)
    assert 0 < second.metrics[-1]["seconds"] < 30 and "minutes done" in second.reason


class Unchecked(Codec):
    """Numbers as they come, whatever they are."""

    def encode(self, value: RawValue) -> np.ndarray:
        return np.asarray(value, np.float32)

    def decode(self, array: npt.ArrayLike) -> RawValue:
        return np.asarray(array).tolist()


class Ten(keras.Model):
    """Weighs a row of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.classes = keras.layers.Dense(2)

    def call(self, source: Tensor, training: bool = False) -> Tensor:
        return self.classes(source)


class Spoiled(zoo.Task):
    """Rows of numbers, one of which is spoiled, behind a codec that does not look."""

    topology = OneToOne()

    def data(self) -> Splits:
        rows = [
            {"source": [float(place + turn) for turn in range(10)], "target": str(place % 2)} for place in range(20)
        ]
        rows[13]["source"][4] = float("nan")
        return Splits(rows, [], [])

    def codecs(self) -> dict[str, Codec]:
        return {"source": Unchecked(), "target": LabelCodec()}

    def model(self, codecs: Mapping[str, Codec]) -> keras.Model:
        model = Ten()
        model(np.zeros((1, 10), np.float32))
        return model


def test_examples_that_hold_no_numbers_are_named_where_no_reader_looked(tmp_path: Path):
    with pytest.raises(
        zoo.ZooError,
        match=r"no checkpoint was saved; 'source' has values that are not finite in examples 14 of the training data$",
    ):
        zoo.run(Spoiled, train={"steps": 20}, batch={"size": 4}, out=str(tmp_path / "run"))
