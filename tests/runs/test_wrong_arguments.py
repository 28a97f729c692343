"""What is no task, no run or no data is one sentence, before anything is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zoo
from tests.runs.conftest import Command, contents
from zoo.runs.training_session import TrainingSession
from zoo.settings import resolve


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("text,label\n" + "a film,good\nno film,bad\n" * 20)
    return tmp_path


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (5, "a task is a name, a file or a class, not int"),
        (None, "not NoneType"),
        (b"sentiment", "not bytes"),
        (["sentiment"], "not list"),
        (int, "int is not a task; expected a subclass of zoo.Task"),
        (zoo.Task, "Task is not a task"),
        (Path("none.py"), "none.py: no such file"),
    ],
)
def test_what_is_no_task(task: Any, said: str, here: Path) -> None:
    before = contents(here)
    with pytest.raises(zoo.UsageError, match=re.escape(said)):
        zoo.run(task, data="a.csv", out="run", train={"steps": 1})
    assert contents(here) == before


@pytest.mark.parametrize("task", ["sentiment", "translation", "captioning", "frames", "charlm"])
def test_empty_data_are_not_the_folder_that_one_is_in(task: str, here: Path) -> None:
    before = contents(here)
    with pytest.raises(zoo.UsageError, match="data= is empty; name a file"):
        zoo.run(task, data="", out="run", train={"steps": 1})
    assert contents(here) == before


def test_a_task_may_be_the_path_of_a_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise zoo.ZooError("it began")

    monkeypatch.setattr(TrainingSession, "train", stop)
    Path("mine.py").write_text((Path(__file__).parents[1] / "example_tasks" / "majority.py").read_text())
    with pytest.raises(zoo.ZooError, match="it began"):
        zoo.run(Path("mine.py"), out="run", train={"steps": 1})


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_no_run(name: str, here: Path) -> None:
    (here / "run.json").write_text("{}")  # of another run, which nobody named
    with pytest.raises(zoo.UsageError, match="no run given"):
        zoo.load(name)


@pytest.mark.parametrize("word", ["evaluate", "resume", "export"])
def test_a_bundle_is_no_run(word: str, here: Path, command: Command) -> None:
    (here / "B").mkdir()
    (here / "B" / "bundle.json").write_text("{}")
    (here / "B.zoo").write_text("packed")
    for name in ("B", "B.zoo"):
        status, _, err = command(word, name)
        assert (status, err) == (
            1,
            f"error: {name} is a bundle: zoo predict and zoo sample answer with it, but this needs the run\n",
        )


@pytest.mark.parametrize("number", [np.int64(8), np.uint8(8), np.array(8)])
def test_numbers_of_numpy_are_numbers(number: np.integer | np.ndarray) -> None:
    settings = zoo.Plugins().load_task("charlm").Settings
    made = resolve(
        settings, {}, {"model": {"units": number}, "train": {"learning_rate": np.float32(0.5)}}, task="charlm"
    )
    assert made.model.units == 8 and made.train.learning_rate == 0.5


@pytest.mark.parametrize("data", ["~nosuchuser/x", "a" * 5000, "a\0b", "a/" * 3000])
def test_show_survives_paths_that_cannot_be(data: str, command: Command) -> None:
    status, _, err = command("show", "sentiment", f"data={data}")
    assert status in (0, 1) and "Error" not in err and err.count("\n") <= 1
