"""Where Starlette is missing, help is shown, and a server says what to install."""

from __future__ import annotations

import subprocess
import sys

HIDE = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("starlette", "uvicorn"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from zoo.cli import main

sys.exit(main(sys.argv[1:]))
"""


def run(*arguments):
    return subprocess.run([sys.executable, "-c", HIDE, *arguments], capture_output=True, text=True)


def test_help_needs_no_server():
    done = run("serve", "--help")
    assert done.returncode == 0 and "port=" in done.stdout


def test_a_server_says_what_to_install():
    done = run("serve", "translation")
    assert done.returncode == 1
    assert done.stderr == "error: a server needs starlette: pip install 'seqzoo[serve]'\n"
