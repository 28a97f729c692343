"""What the tests of runs share: a tiny run, and what is in a folder."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Protocol

import pytest

import zoo
from tests.conftest import RHYME
from tests.settings_by_part import SettingsByPart

TINY: SettingsByPart = {
    "model": {"units": 16, "layers": 1},
    "batch": {"size": 16, "length": 16},
    "train": {"steps": 4, "evaluate_every": 2},
    "search": {"length": 20},
}


class Command(Protocol):
    """Runs a command in this process: its exit status, standard output and standard error."""

    def __call__(self, *arguments: str) -> tuple[int, str, str]: ...


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny run on `rhyme.txt` beside it; not to be altered."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    zoo.run("charlm", data=str(folder / "rhyme.txt"), out=str(folder / "run"), **TINY)
    return folder / "run"


@pytest.fixture
def copied(trained: Path, tmp_path: Path) -> Path:
    """A copy of that run, beside a copy of its data."""
    shutil.copy(trained.parent / "rhyme.txt", tmp_path)
    return Path(shutil.copytree(trained, tmp_path / "run"))


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is remembered of the user go into a folder of the test's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("home")))


def contents(folder: Path) -> dict[str, str]:
    """Every file, link and folder below a folder, with what is in it."""
    found = {}
    for parent, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(parent, name)
            key = str(path.relative_to(folder))
            if path.is_symlink():
                found[key] = f"link to {os.readlink(path)}"
            else:
                found[key] = "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """A function that runs a command in this process: its exit status, standard output and standard error."""
    from zoo import tensorflow_messages
    from zoo.cli import main

    monkeypatch.setattr(tensorflow_messages, "silence", lambda: None)

    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        status = main(arguments)
        captured = capfd.readouterr()
        return status, captured.out, captured.err

    return run
