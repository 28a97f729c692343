"""Standard streams that are closed, full or without a reader."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

PROGRAM = """
import os, sys
from zoo.cli.standard_streams import prepare_standard_streams
prepare_standard_streams()
for _ in range(3):
    print("progress " * 10000, file=sys.stderr, flush=True)
    sys.stderr.write("part")
    sys.stderr.flush()
opened = os.open(sys.argv[1], os.O_CREAT | os.O_RDWR)
os.write(opened, b"content")
print(opened > 2, file=open(sys.argv[2], "w"))
"""


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", ">&- 2>&-", "<&- >&- 2>&-", "2>&1 | true", ""])
def test_a_command_does_not_mind_what_becomes_of_standard_error(redirection: str, tmp_path: Path):
    if "/dev/full" in redirection and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    shell = f'"$0" "$1" "$2" "$3" {redirection}'
    arguments = [sys.executable, str(program), str(tmp_path / "file"), str(tmp_path / "outcome")]
    done = subprocess.run(
        ["sh", "-c", shell, *arguments],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert (tmp_path / "file").read_text() == "content"
    assert (tmp_path / "outcome").read_text() == "True\n"
    assert b"Traceback" not in done.stderr
    if not redirection:
        assert done.stderr.count(b"progress") == 30000 and done.stderr.endswith(b"part")
