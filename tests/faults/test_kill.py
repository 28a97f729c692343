"""Killed at any moment, a run resumes to the same weights, bit for bit."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.conftest import STEPS, assert_same_run, begin, leftovers, reached, timeless
from tests.launcher import Launcher
from zoo.runs import RunFolder
from zoo.training.checkpoint import load_checkpoint


class Survived(NamedTuple):
    """What a run survived: the steps of its checkpoint after each kill, and how many kills struck when."""

    struck: list[int]
    writing: int
    starting: int


def look(folder: Path) -> None:
    """Read all that the killed run has left as its reader would."""
    for path in folder.rglob("*.safetensors"):
        load_checkpoint(path)
    RunFolder(folder).read_metrics()


def inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def half_written(folder: Path) -> bool:
    """Whether a file is being written just now; quicker than walking through all folders."""
    try:
        return any(name.endswith(".part") for place in (folder, folder / "weights") for name in os.listdir(place))
    except FileNotFoundError:
        return False


def survive(launcher: Launcher, data: Path, out: Path, kills: int, pace: float) -> Survived:
    """Train with kills, and give where they struck.

    One kill in five strikes while the command starts, the others after it has made steps; every second one of those
    waits for a file that is being written.
    """
    draw = random.Random(20)
    struck: list[int] = []
    writing = starting = 0
    start_up = 3.0
    checkpoint = out / "checkpoint.safetensors"
    while True:
        fresh = not (out / "run.json").exists()
        began = time.monotonic()
        command = begin(launcher, data, out) if fresh else launcher.start("resume", str(out), cwd=out.parent)
        if len(struck) == kills:
            assert command.wait() == 0, command.err
            return Survived(struck, writing, starting)
        at_start = len(struck) % 5 == 0
        if at_start:
            time.sleep(draw.uniform(0, start_up))
        else:
            before = inode(checkpoint)
            assert command.until(lambda before=before: inode(checkpoint) != before), command.err
            start_up = time.monotonic() - began
            share = (STEPS - reached(out)) / (kills - len(struck) + 1)
            time.sleep(draw.uniform(0, min(1.2 * share, 8)) * pace)
            if len(struck) % 2:
                end = time.monotonic() + 1
                while time.monotonic() < end and not half_written(out):
                    pass
        os.kill(command.pid, signal.SIGKILL)
        assert command.wait() == -signal.SIGKILL, f"it ended before kill {len(struck) + 1}: {command.err}"
        starting += at_start
        writing += bool(leftovers(out))
        look(out)
        struck.append(reached(out))


def check(launcher: Launcher, whole: Path, folder: Path, rhyme: Path, kills: int) -> Survived:
    began = time.monotonic()
    killed = folder / "killed"
    pace = max(0.002, seconds_a_step(whole))
    outcome = survive(launcher, rhyme, killed, kills, pace)
    assert_same_run(killed, whole)
    print(
        f"\nkill -9: {kills} kills of a run of {STEPS} steps survived, {outcome.starting} while it started, "
        f"{outcome.writing} with a file half written; checkpoints stood at steps {outcome.struck}; "
        f"{len(load_checkpoint(whole / 'checkpoint.safetensors')[0])} arrays equal bit for bit, "
        f"{len(timeless(whole))} lines of metrics equal; {time.monotonic() - began:.0f} s"
    )
    return outcome


def seconds_a_step(folder: Path) -> float:
    """Seconds a step took, checkpoint included, by the ages of the samples that its evaluations wrote."""
    samples = sorted((folder / "samples").iterdir())
    first, last = samples[0], samples[-1]
    return (last.stat().st_mtime - first.stat().st_mtime) / (int(last.stem) - int(first.stem))


def test_two_kills(launcher: Launcher, whole: Path, tmp_path: Path, rhyme: Path):
    # Too few to demand that one of them strikes while a file is being written.
    assert len(check(launcher, whole, tmp_path, rhyme, 2).struck) == 2


@pytest.mark.slow
def test_twenty_kills(launcher: Launcher, whole: Path, tmp_path: Path, rhyme: Path):
    assert check(launcher, whole, tmp_path, rhyme, 20).writing >= 2


@pytest.mark.slow
def test_a_kill_leaves_an_evaluation_an_epoch_as_it_was(launcher: Launcher, tmp_path: Path, rhyme: Path):
    """Evaluations at the end of each pass over the data, and no checkpoint between them."""
    words = ("train.steps=60", "train.save_every=0", "train.evaluate_every=0")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert begin(launcher, rhyme, whole, *words).wait() == 0
    command = begin(launcher, rhyme, killed, *words)
    assert command.until((killed / "weights" / "last.safetensors").exists)
    command.signal(signal.SIGKILL)
    assert command.wait() == -signal.SIGKILL
    launcher.run("resume", str(killed), cwd=tmp_path)
    assert_same_run(killed, whole)
