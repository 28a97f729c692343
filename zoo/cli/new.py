"""`zoo new`: write a new task or plugin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from zoo.cli.arguments import accepts_settings
from zoo.cli.console import echo
from zoo.errors import UsageError, did_you_mean
from zoo.settings import setting
from zoo.settings.fields import quoted
from zoo.templates import KINDS, command_for, write_plugin, write_task


@dataclass
class NewArguments:
    """The settings of `zoo new plugin`."""

    kind: str = setting("task", "plugin: what it adds", KINDS)


@click.command("new")
@click.argument("what", type=click.Choice(["task", "plugin"]))
@click.argument("name")
@accepts_settings(NewArguments, "[kind=KIND]")
def command(what: str, name: str, arguments: tuple[str, ...]) -> None:
    """Write a starting point for a task or a plugin into the current folder. Nothing is overwritten.

    `zoo new task NAME` writes one file, NAME.py, which `zoo run task=./NAME.py` runs. `zoo new plugin NAME` writes an
    installable package, zoo-NAME, with a task and its test; kind=cell, attention, data, strategy or callback writes one
    of these instead.
    """
    folder = Path()
    kind = _kind(arguments)
    if what == "task" and kind != "task":
        raise UsageError(f"kind={kind} is for a plugin: write zoo new plugin {name} kind={kind}")
    if what == "task":
        path = write_task(name, folder)
        steps = [f"zoo run task=./{path}"]
    else:
        path = write_plugin(name, folder, kind)
        steps = [f"pip install -e './{path}[test]'", command_for(kind, name), f"pytest {path}"]
    echo(path)
    echo("next:\n  " + "\n  ".join(steps), err=True)


def _kind(arguments: tuple[str, ...]) -> str:
    """Read `kind=KIND`, without the slow imports of real settings."""
    kind = "task"
    for argument in arguments:
        key, _, kind = argument.partition("=")
        if key != "kind" or kind not in KINDS:
            near = did_you_mean(kind, KINDS) if key == "kind" else ""
            raise UsageError(f"expected kind={'|'.join(KINDS)}, not {quoted(argument)}{near}")
    return kind
