"""Runs the command as a user would."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def zoo(tmp_path, launcher):
    """A function that runs `zoo` in a process and an empty folder of its own.

    Given folders come before all others on the import path. The process is a fork of one that has imported TensorFlow;
    with `fresh` it starts from nothing, as a user's does.
    """

    def run(
        *words: str, folders=(), check: int | None = None, fresh: bool = False, **environment: str
    ) -> subprocess.CompletedProcess:
        start = _fresh if fresh else functools.partial(_forked, launcher)
        done = start(words, tmp_path, [str(folder) for folder in folders], environment)
        if check is not None:
            assert done.returncode == check, done.stderr
            assert "Traceback" not in done.stderr
        return done

    return run


def _forked(launcher, words, cwd, path, environment) -> subprocess.CompletedProcess:
    command = launcher.start(*words, cwd=cwd, path=path, environment=environment)
    return subprocess.CompletedProcess(words, command.wait(), command.out, command.err)


def _fresh(words, cwd, path, environment) -> subprocess.CompletedProcess:
    outer = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    path = os.pathsep.join([*path, str(REPOSITORY), str(REPOSITORY / "tasks")])
    return subprocess.run(
        [sys.executable, "-m", "zoo", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**outer, "PYTHONPATH": path, "COLUMNS": "200", **environment},
        timeout=300,
    )


@pytest.fixture
def command(capfd, monkeypatch):
    """A function that runs the command in this process; quicker, for what needs no TensorFlow."""
    from zoo import tensorflow_messages
    from zoo.cli import main

    monkeypatch.setattr(tensorflow_messages, "silence", lambda: None)

    def run(*words: str) -> tuple[int, str, str]:
        status = main(words)
        captured = capfd.readouterr()
        return status, captured.out, captured.err

    return run
