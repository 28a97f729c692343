"""The output of `zoo run` and `zoo resume`."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

from zoo.cli.console import echo, print_json
from zoo.cli.table import print_table

if TYPE_CHECKING:
    from zoo.runs import Run
    from zoo.runs.evaluation_report import EvaluationReport, ShownExample

GRAPHS_SECONDS = 1.0
"""What is left of `train.minutes` at least where the graphs that answer are made at the end of a training."""


def print_outcome(run: Run, as_json: bool) -> int:
    """Write the folder of a run and its last evaluation to standard output.

    Args:
        run: that was trained.
        as_json: whether as JSON.

    Returns:
        The exit status: 0, or 128 and the number of the signal that interrupted the training.
    """
    if not run.is_chief:
        return 128 + run.interrupted if run.interrupted else 0
    last = run.metrics[-1] if run.metrics else {}
    if not run.interrupted and (run.deadline is None or run.deadline - time.perf_counter() > GRAPHS_SECONDS):
        from zoo.runs.fast_run import keep_graphs

        keep_graphs(run)
    report = _final_report(run)
    if as_json:
        outcome = {"folder": str(run.folder.path), "reason": run.reason, "evaluation": last}
        print_json(outcome | ({"examination": report.as_json()} if report else {}))
    else:
        if report:
            echo(f"The best weights on the {report.split} split")
            print_evaluation_report(report)
        echo(run.folder.path)
        for line in next_commands(run):
            echo(line, err=True)
    return 128 + run.interrupted if run.interrupted else 0


def next_commands(run: Run) -> list[str]:
    """Say in three lines what to do with a trained run: use it, look at it, train it further."""
    name = str(run.folder.path)
    quoted = shlex.quote(name)
    if run.topology.name == "language model":
        use = f"zoo sample {quoted}"
    else:
        use = f"zoo predict {quoted} " + ("INPUT" if run.topology.judges else "...")
    more = "" if run.interrupted else " " + _raised_limit(run)
    return [f"use it      {use}", f"look at it  zoo report {quoted}", f"train on    zoo resume {quoted}{more}"]


def _raised_limit(run: Run) -> str:
    """Name the limit that ended the training, twice as large."""
    train = run.settings.train
    for key in ("steps", "epochs", "minutes"):
        if value := getattr(train, key):
            return f"train.{key}={2 * value:g}"
    return "train.epochs=10"


def _final_report(run: Run) -> EvaluationReport | None:
    """Evaluate a finished run on its test split, or else on its validation split."""
    if run.interrupted or not run.topology.judges:
        return None
    for split in ("test", "validation"):
        if len(getattr(run.splits, split)):
            return run.evaluation_report(split, deadline=run.deadline)
    return None


def print_evaluation_report(report: EvaluationReport) -> None:
    """Write metrics, notes, and some answers next to the truth, including the worst, to standard output."""
    print_table(("METRIC", "VALUE"), [(name, f"{value:.4f}") for name, value in report.metrics.items()])
    for note in report.notes:
        echo(f"\n{note}")
    for title, examples in (("Examples", report.examples), ("Most wrong", report.worst)):
        if examples:
            echo(f"\n{title}")
            for shown in examples:
                _print_shown(shown)


def _print_shown(shown: ShownExample) -> None:
    right = "" if shown.answer != shown.target else "  (right)"
    remark = f"          {shown.remark}\n" if shown.remark else ""
    echo(f"  source  {shown.source}\n  truth   {shown.target}\n  answer  {shown.answer}{right}\n{remark}")
