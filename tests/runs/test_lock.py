"""One process trains a run at a time, and two that begin at once get two folders."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import zoo
from tests.runs.conftest import contents
from zoo.runs.folder import RunFolder
from zoo.runs.lock import RunLock

HOLD = """
import sys
from pathlib import Path
from zoo.runs.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""

CREATE = """
import os, sys
from zoo.runs.folder import RunFolder
os.chdir(sys.argv[1])
sys.stdin.readline()  # all begin at once
print("\\n".join(str(RunFolder.create("", "task")) for _ in range(20)))
"""


@pytest.fixture
def holder(copied: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(copied)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_run_that_is_trained_is_not_trained_again(copied: Path, holder: subprocess.Popen[str]):
    (copied / ".half.part").write_text("of the process that trains it")
    before = contents(copied)
    message = f"is being trained by process {holder.pid} on {socket.gethostname()}"
    with pytest.raises(zoo.ZooError, match=message):
        zoo.load(copied).resume(train={"steps": 6})
    assert contents(copied) == before


def test_reading_needs_no_lock(copied: Path, holder: subprocess.Popen[str]):
    run = zoo.load(copied)
    assert run.sample("one", length=5)
    assert run.evaluate("test")["loss"] > 0


def test_a_killed_process_holds_no_lock(copied: Path, holder: subprocess.Popen[str]):
    holder.kill()
    holder.wait()
    assert (copied / "lock").exists()
    assert zoo.load(copied).resume(train={"steps": 5}).metrics[-1]["step"] == 5
    assert not (copied / "lock").exists()


def test_the_lock_is_given_back_on_an_error(copied: Path):
    run = zoo.load(copied)
    with pytest.raises(zoo.ZooError):
        run.resume(model={"units": 8})
    run.resume(train={"steps": 5})


def test_the_lock_is_not_shared_between_two_objects_of_one_process(tmp_path: Path):
    first, second = RunLock(tmp_path), RunLock(tmp_path)
    first.acquire()
    with pytest.raises(zoo.ZooError, match=f"process {os.getpid()}"):
        second.acquire()
    second.release()
    assert first.is_held
    first.release()
    second.acquire()
    assert second.is_held and not first.is_held
    second.release()
    assert not list(tmp_path.iterdir())


def test_folders_are_made_by_one_process_each(tmp_path: Path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CREATE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    made = [line for process in processes for line in process.communicate()[0].splitlines()]
    assert len(made) == len(set(made)) == 60


def test_one_of_two_that_want_the_same_folder_gets_it(tmp_path: Path):
    first = RunFolder.create(str(tmp_path / "run"), "task")
    with pytest.raises(zoo.ZooError, match="is being trained by process"):
        RunFolder.create(str(tmp_path / "run"), "task")
    assert first.lock.is_held
