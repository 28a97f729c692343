"""`zoo resume`: go on with a run."""

from __future__ import annotations

import click

from zoo.cli.arguments import split_target, take_trust
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
    import zoo

    # The engine is chosen first: it cannot be changed later.
    run = zoo.load(name, engine=raw_value(from_arguments(rest), "engine") or "auto", trust=trust)
    with progress() as report:
        run.resume(report, **{entry.key: entry.value for entry in from_arguments(rest)})
    return print_outcome(run, as_json)
