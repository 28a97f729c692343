"""The disk is full, the folder is gone: one line, and what stood there before still stands."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import FIRST, STEPS, assert_same_run, begin, leftovers, reached
from tests.launcher import Command, Launcher

LIMIT = 16_000  # less than a checkpoint of the model of these tests


def refusal(command: Command) -> str:
    """The one line that a command ended with."""
    assert command.wait() == 1, command.err
    lines = command.err.splitlines()
    assert [line for line in lines if line.startswith("error: ")] == lines[-1:]
    assert "Traceback" not in command.err and "--debug" not in lines[-1]
    return lines[-1]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_no_room_from_the_start(launcher: Launcher, tmp_path: Path, rhyme: Path):
    words = (f"data={rhyme}", "preset=tiny", "out=run", "train.steps=20", "train.evaluate_every=10")
    line = refusal(launcher.start("run", "charlm", *words, cwd=tmp_path, file_size=LIMIT))
    assert "cannot write" in line and os.strerror(errno.EFBIG) in line
    assert not leftovers(tmp_path)


def test_no_room_in_the_midst_of_a_run(launcher: Launcher, whole: Path, tmp_path: Path, rhyme: Path):
    if not hasattr(resource, "prlimit"):
        pytest.skip("this system cannot limit another process")
    full = tmp_path / "full"
    command = begin(launcher, rhyme, full)
    assert command.until((full / FIRST).exists), command.err
    resource.prlimit(command.pid, resource.RLIMIT_FSIZE, (LIMIT, resource.RLIM_INFINITY))
    line = refusal(command)
    assert "cannot write" in line and os.strerror(errno.EFBIG) in line
    assert not leftovers(full)
    assert 0 < reached(full) < STEPS
    launcher.run("resume", str(full), cwd=tmp_path)
    assert_same_run(full, whole)


@pytest.mark.slow
def test_a_full_disk(launcher: Launcher, whole: Path, tmp_path: Path, rhyme: Path, small_disk: Path):
    full = small_disk / "full"
    command = begin(launcher, rhyme, full)
    assert command.until((full / FIRST).exists), command.err
    filler = small_disk / "filler"
    with open(filler, "wb", buffering=0) as stream, pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        while True:
            stream.write(bytes(4096))
    line = refusal(command)
    assert "cannot write" in line and os.strerror(errno.ENOSPC) in line
    assert not leftovers(full)
    assert 0 < reached(full) < STEPS
    filler.unlink()
    launcher.run("resume", str(full), cwd=tmp_path)
    assert_same_run(full, whole)


def test_the_folder_is_taken_away_in_the_midst_of_a_run(launcher: Launcher, tmp_path: Path, rhyme: Path):
    folder = tmp_path / "run"
    command = begin(launcher, rhyme, folder)
    assert command.until((folder / FIRST).exists), command.err
    folder.rename(tmp_path / "elsewhere")
    line = refusal(command)
    assert str(folder) in line
    assert not (folder / "weights").exists(), "it was made again, with nothing to load it by"
    assert reached(tmp_path / "elsewhere") > 0
