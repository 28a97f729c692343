"""Standard streams that are closed or full: an answer, silence or one line, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import REPOSITORY


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run `zoo` by a shell, which can close its streams."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tasks")])}
    command = line.replace("zoo", f"{sys.executable} -m zoo", 1)
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=environment, timeout=120)


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("zoo list tasks <&-", 0, ""),
        ("zoo list tasks >&-", 0, ""),
        ("zoo list tasks >&- 2>&-", 0, ""),
        ("zoo list tasks 2>/dev/full", 0, ""),
        ("zoo list nonsense 2>/dev/full", 2, ""),
        ("zoo list nonsense 2>&-", 2, ""),
        ("zoo list tasks >/dev/full", 1, "error: cannot write to standard output: No space left on device\n"),
        ("zoo list tasks --json >/dev/full", 1, "error: cannot write to standard output: No space left on device\n"),
        ("zoo list tasks | true", 0, ""),
    ],
)
def test_a_stream_that_cannot_be_used(line: str, status: int, message: str):
    done = shell(line)
    assert (done.returncode, done.stderr) == (status, message)


def test_input_that_is_closed_is_no_input():
    done = shell("zoo predict no-run-of-this-name <&-")
    assert done.returncode == 1 and done.stderr.startswith("error: no run 'no-run-of-this-name'")
