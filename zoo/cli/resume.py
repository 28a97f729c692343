"""`zoo resume`: continue a run."""

from __future__ import annotations

from contextlib import suppress

import click

from zoo.cli.arguments import split_target, take_flag, take_trust
from zoo.cli.outcome import print_outcome
from zoo.cli.progress import progress
from zoo.settings.overrides import from_arguments, raw_value


@click.command("resume", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="run=RUN [key=value]...")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> int:
    """Continue a run from its last checkpoint.

    RUN is a run's folder, or a task's name for its latest run. Further arguments change settings:
    `zoo resume charlm train.epochs=10`.
    """
    name, rest = split_target(arguments, "run", "zoo resume charlm (a task's latest run), or a run's folder")
    trust, rest = take_trust(rest)
    plot, rest = take_flag("plot", rest)
    from zoo.runs.interrupted import TrainingInterrupt
    from zoo.runs.loaded_run import open_run

    given = from_arguments(rest)
    # Choose the engine first, because it cannot be changed later.
    engine = raw_value(given, "engine") or "auto"
    changes = {entry.key: entry.value for entry in given}
    run = open_run(name, engine=engine, trust=trust, changes=changes)
    with progress(plot) as report, suppress(TrainingInterrupt):
        run.resume(report, **changes)
    return print_outcome(run, as_json)
