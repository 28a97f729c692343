"""Runs the command as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def zoo(tmp_path):
    """A function that runs `zoo` in a process and an empty folder of its own.

    The given folders come before all others on the import path.
    """

    def run(*words: str, folders=(), check: int | None = None, **environment: str) -> subprocess.CompletedProcess:
        path = os.pathsep.join([*map(str, folders), str(REPOSITORY), str(REPOSITORY / "tasks")])
        outer = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
        done = subprocess.run(
            [sys.executable, "-m", "zoo", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**outer, "PYTHONPATH": path, "COLUMNS": "200", **environment},
            timeout=300,
        )
        if check is not None:
            assert done.returncode == check, done.stderr
            assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def command(capfd, monkeypatch):
    """A function that runs the command in this process; quicker, for what needs no TensorFlow."""
    from zoo.cli import main, tensorflow_messages

    monkeypatch.setattr(tensorflow_messages, "silence", lambda: None)

    def run(*words: str) -> tuple[int, str, str]:
        status = main(words)
        captured = capfd.readouterr()
        return status, captured.out, captured.err

    return run
