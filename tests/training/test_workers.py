"""Several processes train one model: the curve of one, one writer, and one clear line when one of them is gone."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.launcher import Command, forks
from tests.small_data import small_data
from zoo.errors import UsageError
from zoo.training.engines import Cluster, find_cluster
from zoo.training.engines.device_plan import plan_worker

# Settings of each task under which fifty steps take seconds; dropout on, so that the draws count.
TASKS = {
    "charlm": "model.units=16 model.layers=1 model.dropout=0.3 batch.size=15 batch.length=16",
    "sentiment": "preset=tiny model.dropout=0.3",
    "translation": "preset=tiny model.dropout=0.3",
    "captioning": "preset=tiny model.dropout=0.3",
    "frames": "preset=tiny model.dropout=0.3",
}


def start(words: list[str], script: str = "", **environment: str) -> Command:
    """Start `zoo`, or a script, in a fork of a process that has imported the engine that the words name."""
    launcher = forks("jax" if "engine=jax" in words else "tensorflow")
    return launcher.start(*words, cwd=Path.cwd(), script=script, environment=environment)


def words(task: str, out: Path, *more: str) -> list[str]:
    limits = ["train.steps=50", "train.minutes=0", "train.epochs=0", "train.evaluate_every=10"]
    return ["run", f"task={task}", *TASKS[task].split(), *limits, f"out={out}", *more]


def losses(out: Path) -> list[float]:
    lines = (out / "metrics.jsonl").read_text().splitlines()
    return [value for line in map(json.loads, lines) for value in (line["train"]["loss"], line["validation"]["loss"])]


def ended(process: Command) -> tuple[int, str, str]:
    return process.wait(), process.out, process.err


@pytest.mark.budget("four trainings in five processes; workers wait for one another with busy processors")
def test_two_workers_give_the_curve_of_one_process_and_another_number_goes_on(tmp_path: Path, rhyme: Path):
    data = f"data={rhyme}"
    alone = start(words("charlm", tmp_path / "alone", data, "device.replicas=1"))
    together = start(
        words("charlm", tmp_path / "together", data, "device=workers", "device.local_workers=2", "device.threads=1")
    )
    assert ended(alone)[0] == 0
    status, out, err = ended(together)
    assert (status, out) == (0, f"{tmp_path / 'together'}\n"), err
    assert "2 workers on cpu" in err and err.count("50 steps done") == 1
    assert len(losses(tmp_path / "alone")) == 10
    np.testing.assert_allclose(losses(tmp_path / "alone"), losses(tmp_path / "together"), rtol=1e-4)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["alone", "together"]
    # The state that is carried from batch to batch is whole in the checkpoint: one process goes on with it.
    for name in ("alone", "together"):
        more = ["train.steps=60", "device=cpu", "device.local_workers=0", "device.replicas=1"]
        assert ended(start(["resume", str(tmp_path / name), *more]))[0] == 0
    np.testing.assert_allclose(losses(tmp_path / "alone"), losses(tmp_path / "together"), rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_one_curve(task: str, tmp_path: Path, rhyme: Path):
    data = [f"data={rhyme}"] if task == "charlm" else small_data(task, tmp_path / "data")
    kinds = {
        "one": ["device.replicas=1"],
        "two": ["device.replicas=2"],
        "workers": ["device=workers", "device.local_workers=2", "device.threads=1"],
    }
    for name, more in kinds.items():
        status, _, err = ended(start(words(task, tmp_path / name, *data, *more)))
        assert status == 0, err
    curves = {name: np.array(losses(tmp_path / name)) for name in kinds}
    away = {name: float(np.max(np.abs(curve / curves["one"] - 1))) for name, curve in curves.items()}
    print(f"{task}: {away['two']:.1e} with two replicas, {away['workers']:.1e} with two workers")
    assert max(away.values()) < 1e-4


def free_hosts(count: int) -> list[str]:
    places = [socket.socket() for _ in range(count)]
    for place in places:
        place.bind(("127.0.0.1", 0))
    hosts = [f"127.0.0.1:{place.getsockname()[1]}" for place in places]
    for place in places:
        place.close()
    return hosts


def cluster(hosts: list[str], index: int) -> str:
    return json.dumps({"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}})


KILLED = [(0, "tensorflow"), (0, "jax"), (1, "jax")]


def pair(command: list[str]) -> list[Command]:
    hosts = free_hosts(2)
    return [start(command, TF_CONFIG=cluster(hosts, index)) for index in range(2)]


@pytest.mark.parametrize(
    ("killed", "engine"),
    [(1, "tensorflow"), *(pytest.param(*given, marks=pytest.mark.slow) for given in KILLED)],
)
def test_a_killed_worker_ends_the_others_with_one_line_and_nothing_is_lost(
    tmp_path: Path, rhyme: Path, killed: int, engine: str
):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    steps = ["train.steps=6000", "train.evaluate_every=10", "train.schedule=constant", f"data={rhyme}"]
    device = ["device=workers", "device.threads=1", f"engine={engine}"]
    workers = pair(words("charlm", broken, *steps, *device))
    until(lambda: (broken / "checkpoint.safetensors").exists(), workers)
    workers[killed].signal(signal.SIGKILL)
    status, _, err = ended(workers[1 - killed])
    if (killed, engine) != (0, "jax"):
        # Where its chief has gone JAX ends a process by itself, with a page of its own.
        assert status == 1
        (line,) = [line for line in err.splitlines() if line.startswith("error: ")]
        assert f"worker {1 - killed} cannot go on, because another worker has stopped; zoo resume goes on" in line
    assert status != 0 and "Traceback" not in err
    ended(workers[killed])
    records = [json.loads(line) for line in (broken / "metrics.jsonl").read_text().splitlines()]
    assert records[0]["step"] == 10
    longer = f"train.steps={records[-1]['step'] + 20}"
    status, _, err = ended(
        start(["resume", str(broken), longer, "device=cpu", "device.replicas=2", f"engine={engine}"])
    )
    assert status == 0, err
    status, _, err = ended(start(words("charlm", whole, *steps, longer, "device.replicas=1", f"engine={engine}")))
    assert status == 0, err
    np.testing.assert_allclose(losses(whole), losses(broken), rtol=1e-3)


def until(seen: Callable[[], bool], processes: list[Command]) -> None:
    end = time.monotonic() + 120
    while not seen():
        assert time.monotonic() < end and all(process.poll() is None for process in processes)
        time.sleep(0.01)


def test_a_signal_to_one_worker_saves_and_ends_them_all(tmp_path: Path, rhyme: Path):
    run = tmp_path / "run"
    more = ["train.steps=6000", "train.evaluate_every=5", f"data={rhyme}", "device=workers", "device.threads=1"]
    workers = pair(words("charlm", run, *more))
    until(lambda: (run / "checkpoint.safetensors").exists(), workers)
    workers[1].signal(signal.SIGTERM)
    assert [ended(worker)[0] for worker in workers] == [130, 143]
    status, out, err = ended(start(["resume", str(run), "train.steps=6", "device=cpu"]))
    assert status == 0, err


@pytest.mark.slow
def test_workers_end_together_by_the_clock_of_their_chief(tmp_path: Path, rhyme: Path):
    run = tmp_path / "run"
    limits = ["train.steps=0", "train.minutes=0.05", "train.evaluate_every=0", f"data={rhyme}"]
    workers = pair(words("charlm", run, *limits, "device=workers", "device.threads=1"))
    # Had they not decided at the same step, one would wait for the other, or name it as gone.
    chief, other = (ended(worker) for worker in workers)
    assert chief[0] == other[0] == 0, chief[2] + other[2]
    assert "0.05 minutes done" in chief[2]
    assert json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])["seconds"] > 0


STOPS = """
import sys
import keras
import zoo

class Stops(keras.callbacks.Callback):
    steps = 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if sys.argv[1] == "batch" and self.steps == 20:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        print(f"epoch {epoch} ends at {self.steps}")
        if sys.argv[1] == "epoch":
            self.model.stop_training = True

stops = Stops()
run = zoo.run(
    "charlm", data=sys.argv[2], out=sys.argv[3], callbacks=[stops], device={"kind": "workers", "threads": 1},
    model={"units": 16, "layers": 1}, batch={"size": 15, "length": 16}, train={"epochs": 200, "minutes": 0},
)
print(f"{run.reason} at {stops.steps}")
"""


@pytest.mark.slow
@pytest.mark.parametrize("wish", ["batch", "epoch"])
def test_a_callback_of_the_chief_stops_them_all(tmp_path: Path, rhyme: Path, wish: str):
    hosts = free_hosts(2)
    command = [wish, str(rhyme), str(tmp_path / "run")]
    workers = [start(command, script=STOPS, TF_CONFIG=cluster(hosts, index)) for index in range(2)]
    told = [ended(worker) for worker in workers]
    assert [status for status, _, _ in told] == [0, 0], told
    (*epochs, reason), other = (out.splitlines() for _, out, _ in told)
    # Callbacks are called in the chief alone.
    assert reason.startswith("a callback asked to stop at ") and other == ["a callback asked to stop at 0"]
    if wish == "epoch":
        # No step of another epoch is taken.
        assert len(epochs) == 1 and epochs[0].split()[-1] == reason.split()[-1]
    else:
        assert 20 <= int(reason.split()[-1]) < 500


@pytest.mark.slow
def test_workers_that_were_told_different_things_do_not_begin(tmp_path: Path, rhyme: Path):
    hosts = free_hosts(2)
    workers = [
        start(
            words("charlm", tmp_path / "run", f"data={rhyme}", "device=workers", "device.threads=1", f"seed={index}"),
            TF_CONFIG=cluster(hosts, index),
        )
        for index in range(2)
    ]
    for worker in workers:
        status, _, err = ended(worker)
        assert status == 1 and "the workers were started with different settings, data or checkpoints" in err


def test_the_environment_says_which_worker_this_is(monkeypatch: pytest.MonkeyPatch):
    assert find_cluster("cpu") == Cluster(1, 0)
    told = {"cluster": {"chief": ["a:1"], "worker": ["b:1", "c:1"]}, "task": {"type": "worker", "index": 1}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(told))
    assert find_cluster("workers") == Cluster(3, 2, "a:1") and not find_cluster("workers").is_chief
    assert find_cluster("auto") == Cluster()


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("", "TF_CONFIG is not set; it names the workers"),
        ("{", "TF_CONFIG is not of the form"),
        ("[]", "TF_CONFIG is not of the form"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"index": "x"}}', "TF_CONFIG is not of the form"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"index": 1}}', "the cluster has no worker 1; it has 1 workers"),
    ],
)
def test_an_environment_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch, told: str, message: str):
    monkeypatch.setenv("TF_CONFIG", told)
    with pytest.raises(UsageError, match=message):
        find_cluster("workers")


def test_what_a_worker_computes_on():
    three = Cluster(3, 1)
    assert (plan_worker(three, 0, 0, 64, 8, 0).replicas, plan_worker(three, 0, 0, 64, 8, 0).threads) == (1, 8)
    assert (plan_worker(three, 0, 2, 64, 8, 0).threads, plan_worker(three, 0, 0, 64, 8, 4).replicas) == (2, 4)
    for given, message in (
        ((0, 0, 2, 8, 0), "3 workers are more than the 2 rows"),
        ((2, 0, 64, 8, 0), "is one replica"),
    ):
        with pytest.raises(UsageError, match=message):
            plan_worker(three, *given)


def test_local_workers_need_what_another_process_can_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Mine(zoo.Task):
        """A task of this process."""

    device = {"kind": "workers", "local_workers": 2}
    with pytest.raises(UsageError, match="because other processes cannot find a class"):
        zoo.run(Mine, device=device, out=str(tmp_path / "run"), train={"steps": 1})
    with pytest.raises(UsageError, match="device.local_workers=2 needs device=workers"):
        zoo.run("sentiment", preset="tiny", device={"local_workers": 2}, out=str(tmp_path / "run"))
    monkeypatch.setenv("TF_CONFIG", "{}")
    with pytest.raises(UsageError, match="TF_CONFIG is also set, and names the workers; use one of the two"):
        zoo.run("sentiment", preset="tiny", device=device, out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
