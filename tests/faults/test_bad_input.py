"""Words and data that cannot work: one line that says what would, and nothing left behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RHYME

TINY = ("model.units=16", "model.layers=1", "batch.size=16", "batch.length=16", "train.steps=2", "search.length=20")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a rhyme in it."""
    monkeypatch.chdir(tmp_path)
    Path("rhyme.txt").write_text(RHYME * 40)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "status", "parts"),
    [
        (["task=charlmm"], 2, ["unknown task 'charlmm'", "did you mean 'charlm'?"]),
        (["charlm", "model.cel=gru"], 2, ["model.cel", "did you mean 'model.cell'?"]),
        (["charlm", "model.layers=two"], 2, ["model.layers", "a whole number", "'two'"]),
        (["charlm", "model.layers=0"], 2, ["model.layers", "at least 1"]),
        (["charlm", "model.dropout=2"], 2, ["model.dropout"]),
        (["charlm", "preset=huge"], 2, ["unknown preset 'huge'"]),
        (["charlm", "config=nowhere.yaml"], (1, 2), ["nowhere.yaml"]),
        (["charlm", "data=rhyme.txt", "model.cell=gruu", *TINY], 2, ["gruu", "did you mean 'gru'?"]),
        (["charlm", "data=rhyme.txt", "train.callbacks=cvs", *TINY], 2, ["'cvs'", "did you mean 'csv'?"]),
        (["charlm", "data=rhyme.txt", "model.tied=true", *TINY], (1, 2), ["embedding"]),
        (["charlm", "data=rhyme.txt", "device.replicas=17", "device=cpu", *TINY], 2, ["replicas"]),
        (["charlm", "data=rhime.txt", *TINY], 1, ["rhime.txt: no such file", "did you mean 'rhyme.txt'?"]),
        (["charlm", "data=no/where.txt", *TINY], 1, ["the folder no does not exist"]),
        (["charlm", "data=*.text", *TINY], 1, ["*.text: no file matches"]),
        (["charlm", "data=rhyme.txt", "data.validation=0.5", "data.test=0.5", *TINY], 2, ["data.validation"]),
    ],
)  # fmt: skip
def test_words(refused: Callable[..., str], words: list[str], status: int | tuple[int, ...], parts: list[str]):
    line = refused("run", *words, status=status)
    assert not [part for part in parts if part not in line], line
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "the file is empty"),
        (b"\n", "too short"),
        (b"just a few words", "too short"),
        (b"one line\n" * 12, "too short"),
        (RHYME.encode() * 20 + b"\xe9t\xe9\n" + RHYME.encode() * 20, f"byte {len(RHYME.encode()) * 20} is not"),
        ("\ufeff".encode("utf-16-le") + RHYME.encode("utf-16-le") * 20, "looks like UTF-16"),
    ],
    ids=["empty", "a line end", "a few words", "shorter than a batch", "Latin-1", "UTF-16"],
)
def test_files(refused: Callable[..., str], content: bytes, part: str):
    Path("bad.txt").write_bytes(content)
    line = refused("run", "charlm", "data=bad.txt", *TINY, status=1)
    assert part in line
    assert not Path("runs").exists()


def test_a_file_shorter_than_one_window_says_what_would_do(refused: Callable[..., str]):
    Path("short.txt").write_text("one two, buckle my shoe\n")
    words = ["data=short.txt", "data.validation=0", "data.test=0", "train.steps=2", "batch.length=64", "batch.size=1"]
    line = refused("run", "charlm", *words, status=1)
    assert "a window of 64 needs 65" in line and "batch.length=23" in line


def test_bytes_read_any_file(here: Path):
    import zoo

    Path("bad.txt").write_bytes(RHYME.encode() * 20 + b"\xff\xfe\x00" + RHYME.encode() * 20)
    run = zoo.run("charlm", arguments=["data=bad.txt", "text.unit=byte", "out=run", *TINY])
    assert run.metrics[-1]["step"] == 2
    assert isinstance(run.sample("one", length=20), str)


@pytest.mark.parametrize("out", ["rhyme.txt", "rhyme.txt/run", "/proc/run", "/dev/null"])
def test_a_folder_that_cannot_be(refused: Callable[..., str], out: str):
    assert out in refused("run", "charlm", "data=rhyme.txt", f"out={out}", *TINY, status=1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
def test_a_read_only_folder(refused: Callable[..., str], here: Path):
    folder = here / "locked"
    folder.mkdir(mode=0o500)
    assert "cannot" in refused("run", "charlm", "data=rhyme.txt", "out=locked", *TINY, status=1)
    assert "cannot" in refused("run", "charlm", "data=rhyme.txt", "out=locked/run", *TINY, status=1)


def test_a_refused_run_leaves_the_latest_one_and_its_own_name_free(refused: Callable[..., str]):
    import zoo

    first = zoo.run("charlm", arguments=["data=rhyme.txt", *TINY])
    Path("short.txt").write_text("one line\n" * 12)
    refused("run", "charlm", "data=short.txt", *TINY, status=1)
    assert zoo.load("charlm").folder.path.resolve() == first.folder.path.resolve()
    refused("run", "charlm", "data=short.txt", "out=mine", *TINY, status=1)
    zoo.run("charlm", arguments=["data=rhyme.txt", "out=mine", *TINY])
