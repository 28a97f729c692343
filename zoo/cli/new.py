"""`zoo new`: a task or a plugin to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.templates import write_plugin, write_task


@click.command("new")
@click.argument("what", type=click.Choice(["task", "plugin"]))
@click.argument("name")
def command(what: str, name: str) -> None:
    """Write a task or a plugin to begin with, into the current folder; nothing is overwritten.

    `zoo new task NAME` writes a single file, NAME.py, which `zoo run task=./NAME.py` runs as it is. `zoo new plugin
    NAME` writes a package, zoo-NAME, with the task and its test, which pip installs.
    """
    folder = Path()
    if what == "task":
        path = write_task(name, folder)
        steps = [f"zoo run task=./{path}"]
    else:
        path = write_plugin(name, folder)
        steps = [f"pip install -e './{path}[test]'", f"zoo run task={name}", f"pytest {path}"]
    click.echo(path)
    click.echo("next:\n  " + "\n  ".join(steps), err=True)
