"""`zoo list`: the tasks that are installed, from metadata alone."""

from __future__ import annotations

import os

import click

from zoo.cli.table import print_json, print_table
from zoo.plugins import find_plugins
from zoo.plugins.installed import switched_off


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def command(as_json: bool) -> None:
    """List the tasks that are installed. No plugin is imported for it."""
    disabled = os.environ.get("ZOO_DISABLE", "").split(",")
    tasks = [info for info in find_plugins() if info.kind == "task" and not switched_off(info, disabled)]
    if as_json:
        keys = ("name", "distribution", "version", "summary")
        print_json([{key: getattr(info, key) for key in keys} for info in tasks])
    elif tasks:
        print_table(("TASK", "FROM", "WHAT"), [(info.name, info.origin, info.summary) for info in tasks])
    else:
        click.echo("no task is installed", err=True)
