"""A link inside a run's folder never leads a deletion out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import zoo
from tests.runs.conftest import contents
from zoo.runs.folder import RunFolder

PARTS = ("samples", "cache", "cache-old", "codecs/more", "weights/more", ".x.part")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of files that have the names of files that a run deletes."""
    folder = tmp_path / "outside"
    (folder / "deep").mkdir(parents=True)
    for name in ("00000009.txt", ".half.part", "deep/.half.part", "deep/00000009.txt"):
        (folder / name).write_text("mine")
    return folder


def linked(copied: Path, part: str, outside: Path) -> None:
    path = copied / part
    if path.is_dir():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    path.symlink_to(outside)


@pytest.mark.parametrize("part", PARTS)
def test_going_back_deletes_nothing_outside(part: str, copied: Path, outside: Path):
    linked(copied, part, outside)
    before = contents(outside)
    folder = RunFolder(copied)
    with folder.locked(), folder.cache():
        folder.rewind(0)
    assert contents(outside) == before
    assert folder.read_metrics() == []


def test_a_resumed_run_deletes_nothing_outside(copied: Path, outside: Path):
    for part in PARTS:
        linked(copied, part, outside)
    before = contents(outside)
    zoo.load(copied).resume(train={"steps": 5})
    after = contents(outside)
    assert before.items() <= after.items()


def test_discarding_a_run_deletes_nothing_outside(tmp_path: Path, outside: Path):
    folder = RunFolder.create(str(tmp_path / "run"), "task")
    (folder.path / "link").symlink_to(outside)
    (folder.path / "codecs").symlink_to(outside)
    before = contents(outside)
    folder.discard()
    assert contents(outside) == before and not folder.path.exists()


def test_metrics_are_not_appended_through_a_link(copied: Path, tmp_path: Path):
    (tmp_path / "mine").write_text("mine")
    (copied / "metrics.jsonl").unlink()
    (copied / "metrics.jsonl").symlink_to(tmp_path / "mine")
    with pytest.raises(zoo.ZooError, match="cannot write"):
        RunFolder(copied).history.append(evaluation())
    assert (tmp_path / "mine").read_text() == "mine"


def evaluation():
    from zoo.training.progress import Evaluation, TrainingStatus

    status = TrainingStatus(
        step=1, steps=2, epoch=0.5, loss=1.0, learning_rate=0.1, tokens_per_second=1.0, padding=0.0, waiting=0.0,
        elapsed=1.0, remaining=1.0,
    )  # fmt: skip
    return Evaluation(status, {"loss": 1.0}, {}, True, "")
