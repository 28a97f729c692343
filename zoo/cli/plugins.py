"""`zoo plugins`: list plugins, what they add, and why broken ones fail."""

from __future__ import annotations

import sys
import traceback
from contextlib import redirect_stdout

import click

from zoo.cli.console import echo, print_json
from zoo.cli.table import print_table
from zoo.plugins import Plugins, PluginStatus
from zoo.plugins.kept_statuses import plugin_statuses


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the tracebacks of broken plugins.")
def command(as_json: bool) -> None:
    """List the plugins with what each adds, and broken ones with the cause and the faulty module.

    This loads every plugin, unless all of them worked the last time and nothing that is installed has changed. The
    environment variable ZOO_DISABLE=name,name switches plugins off.
    """
    with redirect_stdout(sys.stderr):  # keep a plugin's own output out of the result
        statuses = plugin_statuses(Plugins())
    if as_json:
        print_json(
            [
                {
                    "name": status.info.name,
                    "kind": status.info.kind,
                    "distribution": status.info.distribution,
                    "version": status.info.version,
                    "module": status.info.module,
                    "hooks": list(status.hooks),
                    "adds": {kind: list(names) for kind, names in status.adds.items()},
                    "disabled": status.disabled,
                    "broken": status.cause,
                    "where": status.where,
                    "traceback": "".join(traceback.format_exception(status.error)) if status.error else "",
                }
                for status in statuses
            ]
        )
    elif statuses:
        rows = []
        for status in statuses:
            info = status.info
            adds = "; ".join(f"{kind} {', '.join(names)}" for kind, names in status.adds.items())
            rows.append((info.name, info.kind, info.distribution, info.version, adds or "-", _state(status)))
        print_table(("NAME", "KIND", "FROM", "VERSION", "ADDS", "STATE"), rows)
    else:
        echo("no plugin is installed", err=True)


def _state(status: PluginStatus) -> str:
    if status.cause:
        return f"BROKEN: {status.cause} ({status.where})"
    return "off (ZOO_DISABLE)" if status.disabled else "ok"
