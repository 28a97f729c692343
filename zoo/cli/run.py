"""`zoo run`: train a task."""

from __future__ import annotations

import click

from zoo.cli.arguments import split_target, take_flag
from zoo.cli.outcome import print_outcome
from zoo.cli.progress import progress


@click.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="task=NAME [key=value]...")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> int:
    """Train a task, on its built-in data or on your own.

    \b
      zoo run charlm                                  the built-in data
      zoo run task=charlm data=book.txt model.cell=gru train.minutes=5
      zoo run charlm preset=small config=mine.yaml    defaults < preset < file < command line
      zoo run ./my_task.py                            a task in your own file
      zoo run charlm plot=yes                         draw the learning curve at the end

    `zoo show task=NAME` lists all settings. Ctrl-C saves the run; `zoo resume NAME` continues it.
    """
    task, rest = split_target(arguments, "task", "zoo run task=charlm (zoo list shows the tasks)")
    plot, rest = take_flag("plot", rest)
    import zoo
    from zoo.runs.interrupted import TrainingInterrupt

    with progress(plot) as report:
        try:
            run = zoo.run(task, arguments=rest, report=report)
        except TrainingInterrupt as interrupt:
            run = interrupt.run
    return print_outcome(run, as_json)
