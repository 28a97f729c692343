"""Help and listings import next to nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import REPOSITORY
from tests.plugins.fake import GOOD_CELLS, TASK, write_plugin

HEAVY = (
    *("tensorflow", "keras", "numpy", "rich", "omegaconf", "yaml", "pluggy", "sentencepiece", "zoo_tasks", "mine"),
    *("pooch", "requests", "PIL", "sklearn", "sacrebleu"),
    *("hashlib", "logging", "asyncio", "urllib.request"),
)


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        [],
        ["--version"],
        ["list"],
        ["list", "--json"],
        ["list", "data"],
        ["--debug", "list"],
        ["nope"],
        ["bench"],
    ],
)
def test_imports(words, tmp_path):
    modules = {"mine/__init__.py": TASK.format(name="mine"), "mine/cells.py": GOOD_CELLS}
    folder = write_plugin(tmp_path, "mine-dist", modules, tasks="mine = mine", plugins="mine = mine.cells")
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"  # what follows the lines of the tests may be there already
        "from zoo.cli import main\n"
        f"main({words!r})\n"
        "sys.stdout.flush()\n"
        f"print('imported', *[name for name in {HEAVY!r} if name in set(sys.modules) - before])"
    )
    path = os.pathsep.join([str(folder), str(REPOSITORY), str(REPOSITORY / "tasks")])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)
    assert done.stdout.splitlines()[-1] == "imported", done.stderr
    if "list" in words and "data" not in words:
        assert "mine" in done.stdout


def test_import_zoo_is_light_and_knows_its_names():
    code = "import sys, zoo; print(set(zoo.__all__) <= set(dir(zoo)), 'keras' in sys.modules)"
    path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tasks")])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, timeout=60
    )
    assert done.stdout.split() == ["True", "False"], done.stderr


def test_the_help_table_is_what_the_commands_say():
    """The table stands apart from the commands, so that help imports none of them; it must not drift from them."""
    import importlib

    from zoo.cli.program import COMMANDS

    for name, (module, line) in COMMANDS.items():
        command = importlib.import_module(module).command
        assert command.name == name
        assert command.help.split(".")[0].split(":")[0].split()[0] == line.split()[0].rstrip(".")
