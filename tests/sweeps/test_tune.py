"""Sweeps that train: killed, shared by processes, ended early, from Python."""

from __future__ import annotations

import json
import math
import os
import random
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from optuna.trial import TrialState

import zoo
from tests.conftest import RHYME
from tests.faults.conftest import assert_same_run, reached
from tests.launcher import Command, Launcher
from zoo.cli import main
from zoo.errors import UsageError, ZooError
from zoo.sweeps.storage import open_study

STEPS = 8
WORDS = (
    "model.units=8",
    "model.layers=1",
    "model.dropout=0.2",
    "batch.size=8",
    "batch.length=16",
    f"train.steps={STEPS}",
    "train.evaluate_every=4",
    "train.save_every=1",
    "search.length=5",
    "device=cpu",
    "device.replicas=2",
)


def begin(launcher: Launcher, folder: Path, out: str, *words: str) -> Command:
    over = "over.train.learning_rate=1e-3..1e-1:log"
    return launcher.start("tune", "task=charlm", "data=rhyme.txt", over, f"out={out}", *WORDS, *words, cwd=folder)


def trials(folder: Path) -> list[tuple[int, TrialState, float | None, dict[str, object]]]:
    return [(each.number, each.state, each.value, each.params) for each in open_study(folder).trials]


def run(folder: Path, number: int) -> Path:
    return folder / "trials" / f"{number:04d}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def whole(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of two trials that nothing disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    command = begin(launcher, folder, "sweep", "trials=2")
    assert command.wait() == 0, command.err
    return folder / "sweep"


def kill(command: Command) -> None:
    os.kill(command.pid, signal.SIGKILL)
    assert command.wait() == -signal.SIGKILL, command.err


def test_a_killed_sweep_goes_on_as_if_nothing_had_happened(launcher: Launcher, whole: Path, folder: Path):
    command = begin(launcher, folder, "sweep", "trials=2")
    assert command.until(lambda: reached(run(folder / "sweep", 1)) >= 2), command.err
    kill(command)
    step = reached(run(folder / "sweep", 1))
    again = begin(launcher, folder, "sweep", "trials=2")
    assert again.wait() == 0, again.err
    assert trials(folder / "sweep") == trials(whole)
    for number in range(2):
        assert_same_run(run(folder / "sweep", number), run(whole, number))
    if step < STEPS:  # else the kill came between two trials
        assert "trial 1 goes on" in again.err
    assert "trial 0" not in again.err
    assert again.out.splitlines()[-1].startswith("sweep/trials/000")


@pytest.mark.slow
def test_twenty_trials_and_three_kills(launcher: Launcher, folder: Path):
    undisturbed = begin(launcher, folder, "whole", "trials=20")
    assert undisturbed.wait() == 0, undisturbed.err
    draw = random.Random(1)
    for number in (2, 9, 17):
        command = begin(launcher, folder, "sweep", "trials=20")
        assert command.until((run(folder / "sweep", number) / "run.json").exists), command.err
        time.sleep(draw.uniform(0, 2))
        kill(command)
    command = begin(launcher, folder, "sweep", "trials=20")
    assert command.wait() == 0, command.err
    assert trials(folder / "sweep") == trials(folder / "whole")
    for number in range(20):
        assert_same_run(run(folder / "sweep", number), run(folder / "whole", number))


def test_two_commands_share_a_sweep(launcher: Launcher, folder: Path):
    commands = [begin(launcher, folder, "sweep", "trials=2", "sampler=random") for _ in range(2)]
    assert [command.wait() for command in commands] == [0, 0], [command.err for command in commands]
    assert [state for _, state, *_ in trials(folder / "sweep")] == [TrialState.COMPLETE] * 2
    begun = [line for command in commands for line in command.err.splitlines() if " begins: " in line]
    assert sorted(line.split()[1] for line in begun) == ["0", "1"]


@pytest.mark.slow
def test_workers_are_replaced_when_they_are_killed_and_end_with_their_command(launcher: Launcher, folder: Path):
    command = begin(launcher, folder, "sweep", "trials=6", "workers=2", "prune=none")
    lock = run(folder / "sweep", 1) / "lock"
    assert command.until(lambda: reached(run(folder / "sweep", 1)) >= 2), command.err
    worker = int(lock.read_text().split()[1])
    os.kill(worker, signal.SIGKILL)
    assert command.until(lambda: "was killed by SIGKILL" in command.err), command.err
    assert command.wait() == 0, command.err
    assert [state for _, state, *_ in trials(folder / "sweep")] == [TrialState.COMPLETE] * 6
    assert "trial 1 goes on" in command.err


def test_a_sweep_pauses_when_its_time_is_over_and_goes_on_in_another_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(folder)
    words = ["task=charlm", "data=rhyme.txt", "over.train.learning_rate=0.1,0.01", "sampler=grid", "out=sweep", *WORDS]
    clock = SimpleNamespace(monotonic=iter([0.0, 0.0, 0.0, math.inf]).__next__)
    with monkeypatch.context() as patch:
        patch.setattr("zoo.sweeps.trial_watch.time", clock)
        assert main(["tune", *words, "trials=1", "minutes=60"]) == 0
    assert reached(run(folder / "sweep", 0)) == 4
    assert trials(folder / "sweep")[0][1] == TrialState.RUNNING
    assert "trial 0 is saved; the time is over" in capsys.readouterr().err
    assert main(["tune", "sweep", "trials=1"]) == 0
    capsys.readouterr()
    assert main(["tune", "sweep", "trials=2", "seed=1"]) == 2
    assert "seed: the sweep in sweep has its settings" in capsys.readouterr().err
    assert main(["tune", *words, "trials=1", "batch.size=4"]) == 2
    assert "sweep holds another sweep" in capsys.readouterr().err
    assert main(["tune", "show", "sweep"]) == 0
    shown = capsys.readouterr().out
    assert "train.learning_rate=0.1" in shown and "sweep/trials/0000" in shown
    assert main(["tune", "show", "sweep", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["trials"]
    assert (row["state"], row["is_best"], row["step"]) == ("done", True, STEPS)


def test_from_python_with_seeds_and_trials_that_end_early(folder: Path, tiny: dict[str, dict[str, object]]):
    """Halving after the first evaluation: a trial that learns nothing is behind the first one, and ends."""
    said: list[str] = []
    study = zoo.tune(
        "charlm",
        data=str(folder / "rhyme.txt"),
        over={"train.learning_rate": [0.05, 1e-9]},
        out=folder / "sweep",
        sampler="grid",
        prune="halving",
        warmup=0,
        seeds=2,
        report=said.append,
        **tiny,
    )
    good, bad = study.trials
    assert (good.state, bad.state) == (TrialState.COMPLETE, TrialState.PRUNED)
    runs = [zoo.load(folder / "sweep" / "trials" / "0000" / f"seed-{seed}") for seed in (0, 1)]
    assert [each.settings.seed for each in runs] == [0, 1]
    best = [min(record["validation"]["nats"] for record in each.metrics) for each in runs]
    assert good.value == pytest.approx(sum(best) / 2) and best[0] != best[1]
    ended = zoo.load(folder / "sweep" / "trials" / "0001" / "seed-0")
    assert [record["step"] for record in ended.metrics] == [2]
    assert not (folder / "sweep" / "trials" / "0001" / "seed-1").exists()
    assert said[-1].startswith("trial 1 was ended early at step 2")
    assert runs[0].sample(prime="one", length=5, seed=1)


def test_what_cannot_be_a_sweep_is_refused_before_anything_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(folder)
    for words, message in [
        ({"over": {"model.unit": "1,2"}}, "did you mean 'model.units'"),
        ({"over": {"model.cell": "lstm,gruu"}}, "unknown cell 'gruu'; did you mean 'gru'"),
        ({"over": {"model.units": "1,2"}, "train": {"stepz": 1}}, "train.stepz"),
        ({"over": {"model.units": "1,2"}, "sampler": "best"}, "sampler: expected one of tpe, random, grid"),
        ({"over": {"model.units": "1..2"}, "sampler": "grid"}, "needs a list of values"),
        ({"over": {"model.units": "1,2"}, "device": "workers"}, "device=workers"),
    ]:
        with pytest.raises(UsageError, match=message):
            zoo.tune("charlm", data="rhyme.txt", **words)
    assert sorted(path.name for path in folder.iterdir()) in (["rhyme.txt"], ["rhyme.txt", "sweeps"])


def test_without_optuna_a_line_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "optuna" else find(name))
    with pytest.raises(ZooError, match=r"pip install 'seqzoo\[tune\]'"):
        zoo.tune("charlm", data=str(folder / "rhyme.txt"), over={"model.units": [1, 2]})
