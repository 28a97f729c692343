"""`zoo new`: a task or a plugin to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.cli.console import echo
from zoo.templates import write_plugin, write_task


@click.command("new")
@click.argument("what", type=click.Choice(["task", "plugin"]))
@click.argument("name")
def command(what: str, name: str) -> None:
    """Write a starting point for a task or a plugin into the current folder. Nothing is overwritten.

    `zoo new task NAME` writes one file, NAME.py, which `zoo run task=./NAME.py` runs. `zoo new plugin NAME` writes an
    installable package, zoo-NAME, with the task and its test.
    """
    folder = Path()
    if what == "task":
        path = write_task(name, folder)
        steps = [f"zoo run task=./{path}"]
    else:
        path = write_plugin(name, folder)
        steps = [f"pip install -e './{path}[test]'", f"zoo run task={name}", f"pytest {path}"]
    echo(path)
    echo("next:\n  " + "\n  ".join(steps), err=True)
