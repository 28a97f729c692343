"""A run that was moved finds its data and its task; other data are measured with `data=`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import zoo
from tests.conftest import RHYME
from tests.runs.conftest import TINY


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which `project` was trained, and a copy of it that stays as it is, `pristine`."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "project").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder / "project")
        Path("book.txt").write_text(RHYME * 40)
        zoo.run("charlm", data="book.txt", **TINY)
    shutil.copytree(folder / "project", folder / "pristine", symlinks=True)
    yield folder


@pytest.fixture
def project(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `book.txt` and the run of a relative path, `runs/charlm/...`."""
    project = trained / "project"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(trained / "pristine", project, symlinks=True)
    monkeypatch.chdir(project)
    return project


def only_run(project: Path) -> Path:
    (found,) = (path for path in (project / "runs" / "charlm").iterdir() if not path.is_symlink())
    return found


def test_from_another_folder(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    expected = zoo.load("charlm").evaluate()
    monkeypatch.chdir(tmp_path)
    Path("book.txt").write_text("another book of the same name.\n" * 99)
    assert zoo.load(only_run(project)).evaluate() == expected
    assert zoo.load(only_run(project)).resume(train={"steps": 5}).metrics[-1]["step"] == 5


def test_moved_with_its_data(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    expected = zoo.load("charlm").evaluate()
    monkeypatch.chdir(tmp_path)
    project.rename(tmp_path / "elsewhere")
    run = zoo.load(only_run(tmp_path / "elsewhere"))
    assert run.evaluate() == expected
    assert run.resume(train={"steps": 5}).metrics[-1]["step"] == 5


def test_moved_alone(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    moved = tmp_path / "moved"
    shutil.move(only_run(project), moved)
    monkeypatch.chdir(tmp_path)
    assert zoo.load(moved).resume(train={"steps": 5}).metrics[-1]["step"] == 5
    (project / "book.txt").unlink()
    run = zoo.load(moved)
    assert run.sample("one", length=5)
    with pytest.raises(zoo.ZooError, match="book.txt: no such file"):
        run.evaluate()


def test_other_data_are_measured(project: Path, command):
    Path("easy.txt").write_text(RHYME * 3)
    Path("hard.txt").write_text(RHYME[::-1] * 3)
    run = zoo.load("charlm")
    easy, hard = run.evaluate(data="easy.txt"), run.evaluate(data="hard.txt")
    assert easy["loss"] < hard["loss"]
    status, out, err = command("evaluate", "charlm", "data=easy.txt", "--json")
    assert status == 0, err
    report = json.loads(out)
    assert report["split"] == "whole" and report["metrics"]["loss"] == pytest.approx(easy["loss"])
    # The whole file, not the twentieth that a split would have: the same as the same text in a split of its own.
    assert run.settings.data.source == "book.txt" and run.settings.data.test > 0


def test_other_data_can_be_a_split(project: Path):
    Path("long.txt").write_text(RHYME * 60)
    run = zoo.load("charlm")
    assert run.evaluate("train", data="long.txt") == run.evaluate(data="long.txt")
    with pytest.raises(zoo.ZooError, match="long.txt has no validation split"):
        run.evaluate("validation", data="long.txt")


def test_data_that_have_changed_are_noted(project: Path):
    assert not any("not what it was" in note for note in zoo.load("charlm").evaluation_report().notes)
    Path("book.txt").write_text(RHYME.upper().lower().replace("hen", "cow") * 40)
    assert any("test data has changed" in note for note in zoo.load("charlm").evaluation_report().notes)


def test_a_folder_of_the_name_of_built_in_data_is_not_that_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stdlib").mkdir()
    with pytest.warns(UserWarning, match="data=stdlib is the built-in data of this name"):
        run = zoo.run("charlm", out="run", model={"units": 4}, batch=TINY["batch"], train={"steps": 1})
    shutil.move(run.folder.path, tmp_path / "moved")
    monkeypatch.chdir(tmp_path / "moved")
    assert zoo.load(".").settings.data.source == "stdlib"
