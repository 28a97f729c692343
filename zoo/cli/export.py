"""`zoo export`: a run becomes a bundle that answers without TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

import click

from zoo.cli.arguments import accepts_settings, parse_arguments, split_target
from zoo.cli.console import echo, print_json
from zoo.cli.table import print_table
from zoo.export.options import ExportOptions
from zoo.settings import setting


@dataclass
class ExportArguments(ExportOptions):
    """The settings of `zoo export`."""

    out: str = setting("", "a folder, or a file that ends in .zoo; empty: bundles/ in the run's folder")
    trust: bool = setting(False, "run the code of a task file that came with the run")


@click.command("export")
@accepts_settings(ExportArguments, "run=RUN [format=onnx] [precision=int8] [out=PATH]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Export a run as a bundle that answers without TensorFlow.

    RUN is a run's folder, or a task's name for its latest run. The run and the bundle answer the same examples; the
    table shows how their answers compare, what they score and how fast they are.
    """
    name, rest = split_target(arguments, "run", "zoo export sentiment (a task's latest run), or a run's folder")
    given = parse_arguments(ExportArguments, rest, "export")
    from zoo.runs.exporting import check_installed
    from zoo.runs.loaded_run import load

    check_installed()
    trust = given.pop("trust", False)
    done = load(name, engine="tensorflow", trust=trust).export(**given)
    from zoo.export.card import parity_table

    rows = parity_table(done.parity, done.size) if done.parity is not None else []
    if as_json:
        print_json({"path": str(done.path), "size": done.size, "parity": done.parity and vars(done.parity)})
        return
    if rows:
        print_table(["compared", "result"], rows)
    echo(f"bundle: {done.path}")
