"""A model is trained, resumed, evaluated and sampled from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import REPOSITORY

TINY = ("model.units=16", "model.layers=1", "batch.size=16", "batch.length=16", "train.evaluate_every=10")
CHATTER = ("oneDNN", "I0000", "E0000", "WARNING", "cuda", "Traceback")


@pytest.fixture
def book(tmp_path):
    """A small file that has `:` and `#` in its name."""
    path = tmp_path / "a: book #1.txt"
    path.write_text("the cat sat on the mat; the dog sat on the log.\n" * 200)
    return path


def test_run_sample_evaluate_resume(zoo, book, tmp_path):
    done = zoo("run", "task=charlm", f"data={book.name}", "train.steps=20", *TINY, check=0, fresh=True)
    folder = done.stdout.strip()
    assert folder.startswith("runs/charlm/") and (tmp_path / folder).is_dir()
    assert done.stderr.count(" nats") == 2
    assert done.stderr.splitlines()[-3:] == [
        f"use it      zoo sample {folder}",
        f"look at it  zoo report {folder}",
        f"train on    zoo resume {folder} train.steps=40",
    ]
    assert not [word for word in CHATTER if word in done.stderr]

    told = zoo("sample", "charlm", "prime=the ", "length=30", "temperature=0.5", "seed=3", check=0)
    assert told.stdout.startswith("the ") and len(told.stdout) == 4 + 30 + 1
    assert told.stderr == ""
    again = json.loads(
        zoo(
            "sample", f"run={folder}", "prime=the ", "length=30", "temperature=0.5", "seed=2", "count=2", "--json"
        ).stdout
    )
    assert "the " + again[1] + "\n" == told.stdout  # each text has a seed of its own

    # Ctrl-C in the middle of a text leaves what was written, on a line of its own.
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    environment["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tasks")])
    endless = subprocess.Popen(
        [sys.executable, "-m", "zoo", "sample", folder, "prime=the ", "length=1000000"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
        # The test runner may have been started with SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    begun = endless.stdout.read(300)
    endless.send_signal(signal.SIGINT)
    rest, err = endless.communicate(timeout=60)
    assert (endless.returncode, err.strip()) == (130, "error: interrupted")
    assert begun.startswith("the ") and rest.endswith("\n")

    metrics = json.loads(zoo("evaluate", folder, "split=validation", "--json", check=0).stdout)
    last = json.loads((tmp_path / folder / "metrics.jsonl").read_text().splitlines()[-1])
    assert metrics["metrics"]["loss"] == pytest.approx(last["validation"]["loss"], rel=1e-4)

    wrong = zoo("resume", "charlm", "train.step=30", check=2)
    assert wrong.stderr == "error: unknown setting 'train.step' of task charlm; did you mean 'train.steps'?\n"
    longer = json.loads(zoo("resume", "charlm", "train.steps=30", "--json", check=0).stdout)
    assert longer["evaluation"]["step"] == 30


@pytest.mark.slow
def test_an_interrupted_run_is_saved_and_says_so(book, tmp_path):
    path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tasks")])
    words = ["run", "charlm", f"data={book}", "train.epochs=100000", "out=mine", *TINY]
    process = subprocess.Popen(
        [sys.executable, "-m", "zoo", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )
    metrics = tmp_path / "mine" / "metrics.jsonl"
    end = time.monotonic() + 120
    while not metrics.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.strip()) == (130, "mine"), err
    assert "interrupted" in err and "Traceback" not in err
    assert (tmp_path / "mine" / "checkpoint.safetensors").exists()


def test_devices(zoo):
    shown = json.loads(zoo("devices", "device=cpu", "device.replicas=2", "--json", check=0).stdout)
    assert (shown["device"], shown["replicas"]) == ("cpu", 2)
    assert zoo("devices", "device=cpu", "device.replicas=9", "batch.size=4", check=2).stderr.startswith(
        "error: device.rep"
    )


def test_a_missing_file_is_one_line(zoo):
    done = zoo("run", "charlm", "data=missing.txt", "train.steps=1")
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("error: ") and "missing.txt" in done.stderr and done.stderr.count("\n") == 1
