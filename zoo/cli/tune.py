"""`zoo tune`: search for the best settings of a task."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo.cli.arguments import accepts_settings
from zoo.cli.console import echo, print_json
from zoo.cli.table import print_table
from zoo.errors import UsageError
from zoo.settings.overrides import from_arguments
from zoo.settings.resolve import build
from zoo.sweeps.definition import FILE, SweepDefinition, SweepOptions, read_arguments, read_definition

if TYPE_CHECKING:
    import optuna

    from zoo.sweeps.summary import TrialSummary

SHOWN = 10
"""Trials that are shown at the end of a sweep."""
CHANGEABLE = ("trials", "workers", "minutes")
"""What a command may change that continues a sweep by its folder."""


class TuneGroup(click.Group):
    """A group whose arguments go to `run` unless they begin with a subcommand."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Insert `run` where no subcommand is given."""
        if not arguments or (arguments[0] not in self.commands and arguments[0] not in ("-h", "--help")):
            arguments = ["run", *arguments]
        return super().parse_args(context, arguments)


@click.group("tune", cls=TuneGroup)
def command() -> None:
    """Search for the best settings of a task. Without a subcommand, run a sweep."""


@command.command("run")
@accepts_settings(SweepOptions, "task=NAME over.SETTING=VALUES... [key=value]...")
@click.option("--json", "as_json", is_flag=True, help="Print the trials as JSON.")
@click.option("--worker", default="", hidden=True)
def run(arguments: tuple[str, ...], as_json: bool, worker: str) -> int:
    """Train a task with many settings, and compare the runs. `zoo tune` is short for `zoo tune run`.

    \b
      zoo tune task=charlm data=book.txt over.model.units=64,128,256
      zoo tune task=charlm data=book.txt over.train.learning_rate=1e-3..1e-2:log trials=30 workers=2
      zoo tune task=charlm "over.train.momentum=0..0.99 if train.optimizer=sgd" over.train.optimizer=sgd,adam
      zoo tune config=sweep.yaml                      all of it in a file
      zoo tune sweeps/charlm trials=50                more trials of a sweep

    VALUES are choices (64,128), a range (0.1..0.5), a range on a logarithmic scale (1e-4..1e-2:log) or one with steps
    (64..512:step=64). All other settings are those of zoo run, and the same in all trials. The same command goes on
    after any interruption, also in several processes at once: killed trials resume where they were.
    """
    from zoo.sweeps.tune import run_sweep

    definition, options = _read(list(arguments))
    if worker:
        from zoo.sweeps.workers import follow_parent

        follow_parent()
    outcome = run_sweep(definition, options, lambda line: echo(line, err=True), worker=worker)
    if worker:
        return 128 + outcome.interrupted if outcome.interrupted else 0
    found = _print_sweep(outcome.study, outcome.folder, as_json, SHOWN)
    if outcome.interrupted:
        return 128 + outcome.interrupted
    return 1 if found and all(trial.state in ("failed", "diverged") for trial in found) else 0


@command.command("show")
@click.argument("folder")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(folder: str, as_json: bool) -> None:
    """Show a sweep: its trials, the best first, which settings matter, and how well each of their values did.

    The importance of a setting is its share of the differences between trials, by fANOVA.
    """
    from zoo.sweeps.tune import check_optuna

    check_optuna()
    path = Path(folder)
    read_definition(path)
    from zoo.sweeps.storage import open_study

    study = open_study(path)
    if as_json:
        _print_sweep(study, path, True, 0)
        return
    _print_sweep(study, path, False, 0)
    from zoo.sweeps.summary import importance, slices

    weights = importance(study)
    if weights:
        echo()
        print_table(("SETTING", "IMPORTANCE"), [(name, f"{share:.2f}") for name, share in weights.items()])
    parts = slices(study)
    if parts:
        echo()
        rows = [(each.setting, each.value, str(each.trials), _number(each.best), _number(each.mean)) for each in parts]
        print_table(("SETTING", "VALUE", "TRIALS", "BEST", "MEAN"), rows)


def _read(arguments: list[str]) -> tuple[SweepDefinition, SweepOptions]:
    """Read a sweep from arguments, or from its folder, which they may begin with."""
    if not arguments or "=" in arguments[0]:
        return read_arguments(arguments)
    first, *rest = arguments
    if not (Path(first) / FILE).is_file():
        return read_arguments([f"task={first}", *rest])
    given = from_arguments(rest)
    for entry in given:
        if entry.key not in CHANGEABLE:
            raise UsageError(
                f"{entry.key}: the sweep in {first} has its settings; only {', '.join(CHANGEABLE)} can change"
            )
    options = build(SweepOptions, given, " of zoo tune")
    options.out = first
    return read_definition(Path(first)), options


def _print_sweep(study: optuna.Study, folder: Path, as_json: bool, limit: int) -> list[TrialSummary]:
    """Write the trials to standard output, the best first, and what to do next to standard error."""
    from zoo.sweeps.summary import describe_trials, importance, ranked, slices

    trials = ranked(describe_trials(study, folder), study)
    if as_json:
        print_json(
            {
                "folder": str(folder),
                "trials": [{**asdict(trial), "folder": str(trial.folder)} for trial in trials],
                "importance": importance(study),
                "slices": [asdict(part) for part in slices(study)],
            }
        )
        return trials
    _print_trials(trials[:limit] if limit else trials)
    best = next((trial for trial in trials if trial.is_best), None)
    if best is not None:
        echo()
        echo(best.run)
        echo(f"compare     zoo tune show {shlex.quote(str(folder))}", err=True)
        echo(f"look at it  zoo report {shlex.quote(str(best.run))}", err=True)
    return trials


def _print_trials(trials: list[TrialSummary]) -> None:
    from zoo.sweeps.sweep import shown
    from zoo.training.progress import duration

    rows = []
    for trial in trials:
        words = [f"{name}={shown(value)}" for name, value in trial.settings.items()]
        rows.append(
            (
                str(trial.number),
                "best" if trial.is_best else trial.state,
                "" if trial.value is None else _number(trial.value),
                f"{trial.step:,}" if trial.step else "",
                duration(trial.seconds) if trial.seconds else "",
                " ".join([*words, f"({trial.error})"] if trial.error else words),
            )
        )
    print_table(("TRIAL", "STATE", "VALUE", "STEPS", "TOOK", "SETTINGS"), rows)


def _number(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 1000 else f"{value:.4g}"
