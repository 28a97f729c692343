"""`zoo report`: one HTML file about a run, or about several."""

from __future__ import annotations

from dataclasses import dataclass

import click

from zoo.cli.arguments import accepts_settings, parse_arguments
from zoo.cli.console import echo, print_json
from zoo.errors import UsageError
from zoo.settings import setting


@dataclass
class ReportArguments:
    """The settings of `zoo report`."""

    out: str = setting("", "the file; empty: report.html in the folder of the first run")
    trust: bool = setting(False, "run the code of a task file that came with the run")


@click.command("report")
@accepts_settings(ReportArguments, "RUN... [out=report.html]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Write a report: one HTML file that opens anywhere, without a network.

    RUN is a run's folder, or a task's name for its latest run. With one run, the report shows what the network has
    learnt: curves, answers, and by task neurons, alignments, confusion or timelines. With several, it compares them.
    """
    names = [argument for argument in arguments if "=" not in argument]
    names += [argument.partition("=")[2] for argument in arguments if argument.startswith("run=")]
    rest = [argument for argument in arguments if "=" in argument and not argument.startswith("run=")]
    given = parse_arguments(ReportArguments, rest, "report")
    if not names:
        raise UsageError("no run given; write zoo report charlm (a task's latest run), or runs' folders")
    import zoo
    from zoo.open_model import open_model
    from zoo.report.report import write_report

    runs = []
    for name in names:
        run = open_model(name, trust=given.get("trust", False), fast=True, report=True)
        if not isinstance(run, zoo.Run):
            raise UsageError(f"{name} is a bundle; a report needs a run, which holds its training and its data")
        runs.append(run)
    path = write_report(runs, given.get("out", ""))
    size = path.stat().st_size
    if as_json:
        print_json({"path": str(path), "size": size})
    else:
        echo(f"report: {path} ({size / 1e6:.1f} MB); open it in a browser")
