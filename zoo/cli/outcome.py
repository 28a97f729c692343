"""What `zoo run` and `zoo resume` answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zoo.cli.table import print_json

if TYPE_CHECKING:
    from zoo.runs import Run


def print_outcome(run: Run, as_json: bool) -> int:
    """Write the folder of a run and its last evaluation to standard output.

    Args:
        run: that was trained.
        as_json: whether as JSON.

    Returns:
        The exit status: 0, or 128 and the number of the signal that interrupted the training.
    """
    last = run.metrics[-1] if run.metrics else {}
    if as_json:
        print_json({"folder": str(run.folder.path), "reason": run.reason, "evaluation": last})
    else:
        click.echo(run.folder.path)
    return 128 + run.interrupted if run.interrupted else 0
