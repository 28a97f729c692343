"""`zoo average`: average the weights of runs."""

from __future__ import annotations

from dataclasses import dataclass

import click

from zoo.cli.arguments import accepts_settings, parse_arguments
from zoo.cli.console import echo
from zoo.settings import setting


@dataclass
class AverageArguments:
    """The settings of `zoo average`."""

    out: str = setting("", "folder of the new run; by default runs/TASK/TIME")


@click.command("average")
@accepts_settings(AverageArguments, "RUN RUN... [out=DIR]")
def command(arguments: tuple[str, ...]) -> None:
    """Average the best weights of runs into a new run.

    The runs must have the same task, model and vocabulary. Averaging helps runs that started from the same weights
    (train.start=RUN); the average of runs that started apart is usually worse than each of them.
    """
    runs = [word for word in arguments if "=" not in word]
    given = parse_arguments(AverageArguments, [word for word in arguments if "=" in word], "average")
    from zoo.runs.averaging import average_runs

    folder = average_runs(runs, **given)
    echo(folder)
    echo(f"next: zoo evaluate {folder}, or train it further: zoo run train.start={folder}", err=True)
