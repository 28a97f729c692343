"""Shared by all tests, those of the zoo and those of its plugins: JAX's devices, a time budget, and quick processes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.launcher import Launcher, forks

pytest_plugins = ["tests.budget", "tests.coverage_data"]

if os.environ.get("KERAS_BACKEND") == "jax":
    import jax

    # JAX must not have started yet. This file is loaded before all tests, whichever paths are named, in any order.
    jax.config.update("jax_num_cpu_devices", 2)


@pytest.fixture(scope="session")
def launcher() -> Launcher:
    """Starts commands as processes that can be killed."""
    return forks(os.environ.get("KERAS_BACKEND") or "tensorflow")


@pytest.fixture(autouse=True)
def quick_fresh_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check_task` loads a run in a fork of a process that has imported TensorFlow and computed nothing."""

    def fork(script: str, arguments: list[str]) -> tuple[int, str]:
        launcher: Launcher = request.getfixturevalue("launcher")
        path = [entry for entry in sys.path if entry]
        command = launcher.start(*arguments, cwd=Path.cwd(), script=script, path=path, environment=os.environ)
        return command.wait(), command.err

    monkeypatch.setattr("zoo.testing._in_a_fresh_process", fork)
