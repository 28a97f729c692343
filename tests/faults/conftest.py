"""What the tests of faults share: commands as processes, commands in this process, and how to compare two runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import zoo
from tests.conftest import RHYME
from tests.launcher import Command, Launcher
from tests.properties import DEFAULT, TRIES
from zoo.training.checkpoint import load_checkpoint

STEPS = 80 if TRIES > DEFAULT else 40
"""Twice as many in the long run, which kills more often."""
EVERY = STEPS // 4
FIRST = f"samples/{EVERY:08d}.txt"
"""What stands in a run's folder after its first evaluation."""

# Everything that carries state: dropout, a moving average, accumulation over the epoch's end, a schedule with a memory.
WORDS = (
    "model.units=16",
    "model.layers=2",
    "model.dropout=0.3",
    "batch.size=8",
    "batch.length=16",
    "train.optimizer=adamw",
    "train.weight_decay=0.1",
    "train.accumulate=2",
    "train.average=0.9",
    "train.schedule=plateau",
    "train.schedule_patience=1",
    "train.minutes=0",
    f"train.steps={STEPS}",
    f"train.evaluate_every={EVERY}",
    "train.save_every=1",
    "search.length=20",
    "device=cpu",
    "device.replicas=2",
)

TIMES = ("seconds", "tokens_per_second", "waiting")
"""What differs between two runs of the same training."""


def begin(launcher: Launcher, data: Path, out: Path, *words: str) -> Command:
    """Start the training that the tests of faults disturb."""
    return launcher.start("run", "task=charlm", f"data={data}", f"out={out}", *WORDS, *words, cwd=out.parent)


@pytest.fixture(scope="session")
def whole(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that training when nothing disturbs it."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    command = begin(launcher, folder / "rhyme.txt", folder / "run")
    assert command.wait() == 0, command.err
    return folder / "run"


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A function that runs a command in this process, and gives the one line that it refuses with."""
    from zoo import tensorflow_messages
    from zoo.cli import main

    monkeypatch.setattr(tensorflow_messages, "silence", lambda: None)

    def run(*words: str, status: int | tuple[int, ...] = (1, 2)) -> str:
        capfd.readouterr()
        got = main(words)
        captured = capfd.readouterr()
        lines = captured.err.splitlines()
        assert got in ((status,) if isinstance(status, int) else status), captured.err
        errors = [line for line in lines if line.startswith("error: ")]
        assert len(errors) == 1 and lines[-1] == errors[0], captured.err
        assert "Traceback" not in captured.err and "--debug" not in errors[0], captured.err
        assert captured.out == ""
        return errors[0]

    return run


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny run; not to be altered."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    zoo.run(
        "charlm",
        data=str(folder / "rhyme.txt"),
        out=str(folder / "run"),
        model={"units": 16, "layers": 1},
        batch={"size": 16, "length": 16},
        train={"steps": 4, "evaluate_every": 2},
        search={"length": 20},
    )
    return folder / "run"


@pytest.fixture
def copied(trained: Path, tmp_path: Path) -> Path:
    """A copy of that run, to be damaged."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


def reached(folder: Path) -> int:
    """The step of the checkpoint that stands there: 0 for none. One that is not whole raises."""
    path = folder / "checkpoint.safetensors"
    return int(load_checkpoint(path)[1]["step"]) if path.exists() else 0


def timeless(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run's metrics without the times in them; every line must be whole."""
    records = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{name: value for name, value in record.items() if name not in TIMES} for record in records]


def assert_same_run(found: Path, expected: Path) -> None:
    """Want the same weights bit for bit, the same metrics but for times, the same samples, and nothing left over."""
    for name in ("checkpoint.safetensors", "weights/last.safetensors", "weights/best.safetensors"):
        arrays, state = load_checkpoint(found / name)
        wanted, wanted_state = load_checkpoint(expected / name)
        assert arrays.keys() == wanted.keys()
        different = [key for key in wanted if arrays[key].tobytes() != wanted[key].tobytes()]
        assert not different, f"{name}: {different} differ"
        # The end of a pass and the beginning of the next are one place with two names.
        times = ("elapsed", "startup_seconds", "evaluated_at", "evaluation_seconds")
        same = dict.fromkeys((*times, "epoch", "batch"), 0)
        assert {**state, **same} == {**wanted_state, **same}
    assert timeless(found) == timeless(expected)
    samples = [{path.name: path.read_bytes() for path in (run / "samples").iterdir()} for run in (found, expected)]
    assert samples[0] == samples[1]
    assert not leftovers(found)


def leftovers(folder: Path) -> list[Path]:
    """Files that were begun and not finished."""
    return list(folder.rglob("*.part"))
