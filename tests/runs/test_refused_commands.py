"""A command that ends in an error leaves a run's folder byte for byte as it was."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from tests.runs.conftest import contents
from zoo.runs.training_session import TrainingSession
from zoo.settings import describe
from zoo.settings.fields import walk

# Every setting of the task, with values that it may have and values that it may not have.
ROWS = {row.name: row for row in describe(zoo.Plugins().load_task("charlm").Settings)}
BY_TYPE: dict[str, list[str]] = {
    "yes or no": ["maybe", "", "yes"],
    "whole number": ["-1", "x", "1.5", "10000000000000", "1", "7"],
    "number": ["-1", "nan", "inf", "x", "0.5", "1e300"],
    "text": ["", "nothing-has-this-name", "/nowhere/at/all", "\x00"],
}


def values(name: str) -> list[object]:
    row = ROWS[name]
    return [*BY_TYPE.get(row.type, ["x,y", ","]), *(row.choices or ())]


CHANGEABLE = sorted(ROWS)


class Stopped(zoo.ZooError):
    """Raised where the training itself would begin."""


@pytest.fixture(scope="module")
def loaded(trained: Path) -> zoo.Run:
    return zoo.load(trained)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(names=st.sets(st.sampled_from(CHANGEABLE), min_size=1, max_size=2), data=st.data())
def test_a_refused_resume_changes_nothing(names: set[str], data: st.DataObject, loaded: zoo.Run):
    changes = {name: data.draw(st.sampled_from(values(name)), label=name) for name in sorted(names)}
    kept, before = loaded.settings, contents(loaded.folder.path)

    def stop(*arguments: object, **keywords: object) -> None:
        raise Stopped("stopped")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(zoo.ZooError) as caught:
        patch.setattr(TrainingSession, "_run", stop)
        loaded.resume(**changes)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 1500
    assert contents(loaded.folder.path) == before
    assert loaded.settings is kept


# What is known only when the data are read and the model is built.
UNFIT: list[dict[str, Any]] = [
    {"model.units": 8},
    {"model.layers": 2},
    {"model.cell": "gru"},
    {"model.cell": "lstmm"},
    {"text.unit": "byte"},
    {"data": "typo.txt"},
    {"data": "other.txt"},
    {"data.validation": 0.2},
    {"data.test": 0.2},
    {"train.callbacks": ["csv", "tensorboardd"]},
    {"train.steps": 0, "train.epochs": 0, "train.minutes": 0, "train.patience": 0},
    {"search.strategy": "greeedy"},
    {"train.optimizer": "sgd"},
    {"train.clip": 1e30},
    {"preset": "small"},
]


def test_a_resume_that_does_not_fit_the_run_changes_nothing(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    Path("other.txt").write_text("another text altogether.\n" * 100)
    before, run = contents(copied), zoo.load(copied)
    accepted = []
    for changes in UNFIT:
        with suppress(zoo.ZooError):
            run.resume(**({"train.steps": 6} | changes))
            accepted.append(changes)
        assert contents(copied) == before, changes
    assert not accepted
    # The run goes on as if nothing had been asked.
    assert run.resume(train={"steps": 5}).metrics[-1]["step"] == 5


@pytest.mark.parametrize(
    "arguments",
    [
        ("resume", "R", "model.units=8"),
        ("resume", "R", "data=typo.txt"),
        ("resume", "R", "data=other.txt"),
        ("resume", "R", "nonsense=1"),
        ("evaluate", "R", "split=nothing"),
        ("evaluate", "R", "data=typo.txt"),
        ("sample", "R", "temperature=-1"),
        ("sample", "R", "strategy=greeedy"),
        ("predict", "R", "x", "search.beam=0"),
        ("run", "charlm", "out=R"),
    ],
    ids=" ".join,
)
def test_a_refused_command_changes_nothing(
    arguments: tuple[str, ...], copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command
):
    monkeypatch.chdir(tmp_path)
    Path("other.txt").write_text("another text altogether.\n" * 100)
    before = contents(tmp_path)
    status, out, err = command(
        *(str(copied) if word == "R" else word.replace("=R", f"={copied}") for word in arguments)
    )
    assert status in (1, 2), err
    assert out == "" and err.count("error: ") == 1 and "Traceback" not in err
    assert contents(tmp_path) == before


def test_a_training_that_fails_before_it_saves_changes_nothing(copied: Path, tmp_path: Path):
    class Failing(__import__("keras").callbacks.Callback):
        def on_train_begin(self, logs=None):
            (copied / "made-by-a-callback").mkdir()
            raise zoo.ZooError("no")

    before = contents(copied)
    with pytest.raises(zoo.ZooError, match="no"):
        zoo.load(copied).resume(train={"steps": 9, "callbacks": ["csv"]}, callbacks=[Failing()])
    assert contents(copied) == before


def test_a_run_that_cannot_start_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text("too short")
    Path("mine").mkdir()
    before = contents(tmp_path)
    for out in ("", "new/folder/below", "mine"):
        with pytest.raises(zoo.ZooError):
            zoo.run("charlm", data="text.txt", out=out, train={"steps": 1})
        assert contents(tmp_path) == before


def test_every_setting_is_tried():
    names = {name for name, entry in walk(zoo.Plugins().load_task("charlm").Settings) if not entry.is_part}
    assert names == ROWS.keys()
