"""SIGINT, SIGTERM and SIGHUP save the run and leave; a second one of the first two leaves at once."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.faults.conftest import EVERY, FIRST, STEPS, assert_same_run, begin, reached
from tests.launcher import Launcher
from tests.long_run import first

# A task whose evaluations take long: there a first signal is not enough for an impatient user.
SLOW = """
from __future__ import annotations
import time
from pathlib import Path
from zoo.plugins import Plugins
from zoo.topology import LanguageModel

class Sleepy(LanguageModel):
    def example(self, inference, settings):
        Path("asleep").touch()
        time.sleep(100)
        return ""

class Slow(Plugins().load_task("charlm")):
    topology = Sleepy()
"""


# A task whose evaluation is long because of its many batches: a signal in the midst of it must not wait for the rest.
LONG = """
from __future__ import annotations
import time
from pathlib import Path
from zoo.plugins import Plugins
from zoo.topology import LanguageModel

class Patient(LanguageModel):
    def batches(self, examples, codecs, settings, *, folder, split):
        batches = super().batches(examples, codecs, settings, folder=folder, split=split)
        if split == "validation" and not Path("quick").exists():
            whole = batches.epoch
            def slowly(number, start=0):
                (batch, *_) = whole(number, start)
                for _ in range(1000):
                    Path("evaluating").touch()
                    time.sleep(0.1)
                    yield batch
            batches.epoch = slowly
        return batches

class Long(Plugins().load_task("charlm")):
    topology = Patient()
"""


@pytest.mark.parametrize(
    "every", ["train.evaluate_every=5", pytest.param("train.evaluate_every=0", marks=pytest.mark.slow)]
)
def test_a_signal_waits_for_no_evaluation(launcher: Launcher, tmp_path: Path, rhyme: Path, every: str):
    (tmp_path / "long.py").write_text(LONG)
    words = [f"data={rhyme}", "model.units=8", "batch.size=16", "batch.length=64", "train.minutes=0", "train.epochs=2"]
    command = launcher.start("run", "./long.py", *words, every, "out=run", cwd=tmp_path)
    assert command.until((tmp_path / "evaluating").exists), command.err
    began = time.monotonic()
    command.signal(signal.SIGTERM)
    assert command.wait() == 143, command.err
    assert time.monotonic() - began < 10
    assert not (tmp_path / "run" / "metrics.jsonl").exists()
    (tmp_path / "quick").touch()
    resumed = launcher.run("resume", "run", cwd=tmp_path)
    whole = launcher.run("run", "./long.py", *words, every, "out=whole", cwd=tmp_path)
    assert (resumed.status, whole.status) == (0, 0), resumed.err
    assert_same_run(tmp_path / "run", tmp_path / "whole")


@pytest.mark.parametrize(
    ("number", "status"),
    first(1, [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]),
)
def test_an_interrupted_run_is_saved_and_finished_later(
    launcher: Launcher, whole: Path, tmp_path: Path, rhyme: Path, number: int, status: int
):
    parts = tmp_path / "parts"
    command = begin(launcher, rhyme, parts)
    assert command.until((parts / FIRST).exists), command.err
    command.signal(number)
    if number == signal.SIGHUP:
        command.signal(number)  # the shell and the kernel both send one
    assert command.wait() == status, command.err
    stopped = reached(parts)
    assert EVERY <= stopped < STEPS
    assert command.out.strip() == str(parts)
    assert "Traceback" not in command.err and "error:" not in command.err
    assert f"interrupted; the run is in {parts}" in command.err
    launcher.run("resume", str(parts), cwd=tmp_path)
    assert_same_run(parts, whole)
    print(f"\nsignal {number}: stopped at step {stopped} with status {status}, resumed to the same {STEPS} steps")


def test_a_second_signal_ends_at_once(launcher: Launcher, tmp_path: Path, rhyme: Path):
    (tmp_path / "slow.py").write_text(SLOW)
    command = launcher.start("run", "./slow.py", f"data={rhyme}", "preset=tiny", "out=run", cwd=tmp_path)
    assert command.until((tmp_path / "asleep").exists), command.err
    command.signal(signal.SIGINT)
    time.sleep(0.5)
    assert command.poll() is None
    began = time.monotonic()
    command.signal(signal.SIGINT)
    assert command.wait() == 130
    assert time.monotonic() - began < 10
    assert command.err.splitlines()[-1] == "error: interrupted"
    assert "Traceback" not in command.err
