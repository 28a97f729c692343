"""Keras callbacks, unmodified, called in the order in which `fit` calls them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
import pytest

import zoo
from tests.long_run import first
from tests.settings_by_part import SettingsByPart

EPOCH = {"epochs": 2, "evaluate_every": 0}


def train(
    rhyme: Path, out: Path, tiny: SettingsByPart, callbacks: Sequence[keras.callbacks.Callback] = (), **train: object
) -> zoo.Run:
    settings: SettingsByPart = {**tiny, "train": train}
    return zoo.run("charlm", data=str(rhyme), out=str(out), callbacks=list(callbacks), **settings)


class Order(keras.callbacks.Callback):
    """Notes every call with what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, object, tuple[str, ...]]] = []


def noting(name: str) -> Callable[..., None]:
    def note(self: Order, *given: object, logs: Mapping[str, float] | None = None) -> None:
        number = next((value for value in given if isinstance(value, int)), None)
        logs = logs or next((value for value in given if isinstance(value, dict)), {})
        self.calls.append((name, number, tuple(sorted(logs))))

    return note


for part in ("train", "test"):
    for when in ("begin", "end"):
        setattr(Order, f"on_{part}_{when}", noting(f"on_{part}_{when}"))
        setattr(Order, f"on_{part}_batch_{when}", noting(f"on_{part}_batch_{when}"))
Order.on_epoch_begin = noting("on_epoch_begin")  # type: ignore[method-assign]
Order.on_epoch_end = noting("on_epoch_end")  # type: ignore[method-assign]


def by_keras(epochs: int, train_batches: int, test_batches: int) -> Order:
    """What `fit` calls, with as many batches."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    order = Order()
    x, y = np.zeros((train_batches, 1)), np.zeros((test_batches, 1))
    model.fit(
        x, x, batch_size=1, epochs=epochs, validation_data=(y, y), validation_batch_size=1, callbacks=[order], verbose=0
    )
    return order


def test_the_order_is_that_of_fit(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    ours = Order()
    train(rhyme, tmp_path / "run", tiny, [ours], **EPOCH)
    names = [name for name, _, _ in ours.calls]
    batches = [names.count(f"on_{part}_batch_end") // 2 for part in ("train", "test")]
    theirs = by_keras(2, *batches)
    assert [call[:2] for call in ours.calls] == [call[:2] for call in theirs.calls]
    # Whatever logs Keras gives, we give as well, and no call lacks them that has them there.
    for (name, _, mine), (_, _, wanted) in zip(ours.calls, theirs.calls, strict=True):
        assert set(wanted) <= set(mine), name
    print(f"\ncallbacks: {len(names)} calls in the order of keras' fit, {batches[0]} + {batches[1]} batches an epoch")


def test_a_training_that_ends_within_an_epoch_tells_its_last_evaluation(
    tmp_path: Path, rhyme: Path, tiny: SettingsByPart
):
    ours = Order()
    train(rhyme, tmp_path / "run", tiny, [ours], steps=5)
    names = [name for name, _, _ in ours.calls]
    assert names[-4:] == ["on_test_batch_end", "on_test_end", "on_epoch_end", "on_train_end"]
    assert ours.calls[-2][1] == 0
    assert {"loss", "val_loss"} <= set(ours.calls[-2][2])


@pytest.mark.parametrize("by_name", first(1, [True, False]))
def test_tensorboard_and_csv_work_unmodified(tmp_path: Path, rhyme: Path, tiny: SettingsByPart, by_name: bool):
    out = tmp_path / "run"
    if by_name:
        settings: SettingsByPart = {**tiny, "train": {**EPOCH, "callbacks": ["tensorboard", "csv"]}}
        zoo.run("charlm", data=str(rhyme), out=str(out), **settings)
        board, table = out / "tensorboard", out / "epochs.csv"
    else:
        board, table = tmp_path / "board", tmp_path / "table.csv"
        made = [keras.callbacks.TensorBoard(str(board)), keras.callbacks.CSVLogger(str(table))]
        train(rhyme, out, tiny, made, **EPOCH)
    with open(table, newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    run = zoo.load(out)
    for row, record in zip(rows, run.metrics, strict=True):
        assert float(row["loss"]) == pytest.approx(record["train"]["loss"])
        assert float(row["val_loss"]) == pytest.approx(record["validation"]["loss"])
    for split in ("train", "validation"):
        losses = read_scalars(board / split)["epoch_loss"]
        assert losses == pytest.approx([record[split]["loss"] for record in run.metrics])
    if by_name:
        run.resume(train={"epochs": 3})
        with open(table, newline="") as stream:
            assert [row["epoch"] for row in csv.DictReader(stream)] == ["0", "1", "2"]


def read_scalars(folder: Path) -> dict[str, list[float]]:
    from tensorflow import make_ndarray
    from tensorflow.core.util.event_pb2 import Event
    from tensorflow.data import TFRecordDataset

    found: dict[str, list[float]] = {}
    for path in folder.rglob("events.out.tfevents.*"):
        for record in TFRecordDataset(str(path)):
            for value in Event.FromString(record.numpy()).summary.value:
                if value.HasField("tensor") and value.tensor.dtype == 1:
                    found.setdefault(value.tag, []).append(float(make_ndarray(value.tensor)))
    return found


def test_early_stopping_stops(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    stopping = keras.callbacks.EarlyStopping("val_loss", patience=1)
    run = train(rhyme, tmp_path / "run", tiny, [stopping], epochs=9, evaluate_every=0, learning_rate=0.0)
    assert run.reason == "a callback asked to stop"
    assert [record["epoch"] for record in run.metrics] == [1, 2]


def test_an_epoch_without_an_evaluation_tells_none(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    ours = Order()
    train(rhyme, tmp_path / "run", tiny, [ours], epochs=3, evaluate_every=30)
    told = ["val_loss" in logs for name, _, logs in ours.calls if name == "on_epoch_end"]
    assert told == [False, True, True]
