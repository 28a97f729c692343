"""`zoo runs`: list, compare, annotate and remove runs."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.arguments import accepts_settings, parse_arguments
from zoo.cli.console import echo, print_json
from zoo.cli.table import print_table
from zoo.errors import UsageError, ZooError, did_you_mean
from zoo.runs.listing import NOTE, RunSummary, describe_run, differing, find_runs
from zoo.settings import setting
from zoo.settings.fields import quoted
from zoo.training.progress import duration

if TYPE_CHECKING:
    from zoo.runs.comparison import ComparedMetric, SplitResult

SORTS: dict[str, Callable[[RunSummary], Any]] = {
    "started": lambda run: run.started.timestamp(),
    "best": lambda run: (run.task, *run.rank),
    "seconds": lambda run: run.seconds,
    "size": lambda run: run.size,
    "task": lambda run: (run.task, run.started.timestamp()),
}
FIELDS = ("task", "state", "monitor", "note")
"""What `filter=` knows besides settings."""


@dataclass
class ListArguments:
    """The arguments of `zoo runs`."""

    folder: str = setting("runs", "where to look, with all folders below")
    sort: str = setting("started", "the order; best: by task, the best first", tuple(SORTS))
    filter: str = setting("", "KEY=VALUE: only runs with this setting, task, state or note; may be given several times")


class RunsGroup(click.Group):
    """A group whose arguments go to `list` unless they begin with a subcommand."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Insert `list` where no subcommand is given."""
        if not arguments or (arguments[0] not in self.commands and arguments[0] not in ("-h", "--help")):
            arguments = ["list", *arguments]
        return super().parse_args(context, arguments)


@click.group("runs", cls=RunsGroup)
def command() -> None:
    """List, compare, annotate and remove runs. Without a subcommand, list them."""


@command.command("list")
@accepts_settings(ListArguments, "[FOLDER] [sort=started] [filter=KEY=VALUE]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, with a column for each setting that differs.")
def list_runs(arguments: tuple[str, ...], as_json: bool, as_csv: bool) -> None:
    """List every run below a folder: when, how long, its state, its best validation metric, and its settings that
    differ from those of the other runs of the same task.

    `zoo runs` is short for `zoo runs list`.
    """
    rest = list(arguments)
    if rest and "=" not in rest[0]:
        rest[0] = f"folder={rest[0]}"
    filters = [word.partition("=")[2] for word in rest if word.startswith("filter=")]
    given = parse_arguments(ListArguments, [word for word in rest if not word.startswith("filter=")], "runs")
    folder = Path(given.get("folder", "runs"))
    runs = find_runs(folder) if folder.exists() or "folder" in given else []
    for condition in filters:
        runs = _filtered(runs, condition)
    runs.sort(key=SORTS[given.get("sort", "started")])
    if as_json:
        print_json([run.as_json() for run in runs])
    elif as_csv:
        _print_csv(runs)
    elif runs:
        _print_runs(runs)
    else:
        echo(f"no runs in {folder}" + (" with these filters" if filters else ""), err=True)


@command.command("compare")
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--no-test", is_flag=True, help="Do not answer the test split, which takes a while.")
def compare(runs: tuple[str, ...], as_json: bool, no_test: bool) -> None:
    """Show the settings in which runs differ, their best validation metrics, and their metrics on the test split.

    Test metrics have 95 % intervals, by the bootstrap over examples. Where two runs have the same test split, p is the
    probability of a difference to the first run as large as this one if both were equally good, by the paired
    bootstrap.
    """
    found = [describe_run(_find(name)) for name in runs]
    for run in found:
        if run.problem:
            raise ZooError(run.problem)
    if len(found) < 2:
        raise UsageError("give at least two runs to compare")
    settings = differing(found)
    metrics = list(dict.fromkeys(name for run in found for name in run.metrics))
    tested = [] if no_test else _tested(found)
    if as_json:
        print_json(
            {
                "runs": [str(run.path) for run in found],
                "settings": {name: [run.settings.get(name) for run in found] for name in settings},
                "validation": {name: [run.metrics.get(name) for run in found] for name in metrics},
                "test": {metric.name: _as_json(metric) for metric in tested},
            }
        )
        return
    names = _short_names([run.path for run in found])
    rows = [("task", *(run.task for run in found))] if len({run.task for run in found}) > 1 else []
    rows += [(name, *(_word(run.settings.get(name)) for run in found)) for name in settings]
    if rows:
        print_table(("SETTING", *names), rows)
    else:
        echo("all settings are the same")
    echo()
    rows = [("steps", *(f"{run.step:,}" for run in found)), ("minutes", *(f"{run.seconds / 60:.1f}" for run in found))]
    rows += [(name, *(_number(run.metrics.get(name)) for run in found)) for name in metrics]
    print_table(("VALIDATION", *names), rows)
    if tested:
        echo()
        print_table(("TEST", *names), [(metric.name, *_cells(metric)) for metric in tested])


def _tested(runs: Sequence[RunSummary]) -> list[ComparedMetric]:
    """Compare runs on their test splits; say which cannot be."""
    from zoo.runs.comparison import answer_test_split, compare_results

    results: list[SplitResult | None] = []
    for run in runs:
        try:
            results.append(answer_test_split(run.path))
        except ZooError as error:
            echo(f"no test metrics of {run.path}: {error}", err=True)
            results.append(None)
    return compare_results(results)


def _cells(metric: ComparedMetric) -> list[str]:
    cells = []
    for interval, p_value in zip(metric.intervals, metric.p_values, strict=True):
        text = "-"
        if interval is not None:
            text = f"{_number(interval.value)} [{_number(interval.low)}, {_number(interval.high)}]"
        cells.append(text if p_value is None else f"{text} p={p_value:.3f}")
    return cells


def _as_json(metric: ComparedMetric) -> list[dict[str, float | None]]:
    return [
        {
            "value": None if interval is None else interval.value,
            "low": None if interval is None else interval.low,
            "high": None if interval is None else interval.high,
            "p": p_value,
        }
        for interval, p_value in zip(metric.intervals, metric.p_values, strict=True)
    ]


@command.command("note")
@click.argument("run")
@click.argument("text", nargs=-1)
def note(run: str, text: tuple[str, ...]) -> None:
    """Write a note about a run, which `zoo runs` shows; without a text, print it."""
    from zoo.files import write_atomic
    from zoo.runs.listing import read_note

    folder = _find(run)
    if text:
        write_atomic(folder / NOTE, " ".join(text).strip() + "\n")
    else:
        echo(read_note(folder))


@command.command("remove")
@click.argument("arguments", nargs=-1, metavar="RUN... [keep=best:N|latest:N] [yes=yes]")
def remove(arguments: tuple[str, ...]) -> None:
    """Move runs into the folder .removed beside them, after asking. Nothing is deleted.

    RUN is a run's folder, or a folder of runs. keep=best:3 keeps the three best runs of each task among them,
    keep=latest:3 the three newest. yes=yes does not ask. A run that is being trained is never removed.
    """
    from zoo.runs.removal import kept, remove_run

    named = [word for word in arguments if not word.startswith(("keep=", "yes="))]
    keep, yes = (next((w.partition("=")[2] for w in arguments if w.startswith(key)), "") for key in ("keep=", "yes="))
    if yes not in ("", "yes", "no"):
        raise UsageError(f"yes: expected yes or no, not {quoted(yes)}")
    if not named:
        raise UsageError("no run given; write zoo runs remove RUN..., or a folder of runs with keep=best:3")
    chosen: dict[Path, RunSummary] = {}
    for name in named:
        for run in _runs_in(name):
            chosen[run.path.resolve()] = run
    if keep:
        by, _, count = keep.partition(":")
        if by not in ("best", "latest") or not count.isdecimal() or int(count) > 10**9:
            raise UsageError(f"keep: expected best:N or latest:N, not {quoted(keep)}")
        for run in kept(list(chosen.values()), int(count), by):
            del chosen[run.path.resolve()]
    for place, run in list(chosen.items()):
        if run.state == "training":
            echo(f"{run.path} is being trained, and stays", err=True)
            del chosen[place]
    if not chosen:
        echo("nothing to remove", err=True)
        return
    if yes != "yes":
        _check_terminal()
        _print_runs(list(chosen.values()))
        if not click.confirm(f"Remove {_count(len(chosen))}?", err=True):
            echo("nothing was removed", err=True)
            return
    places = {remove_run(run.path).parent for run in chosen.values()}
    echo(f"moved {_count(len(chosen))} to {', '.join(map(str, sorted(places)))}; delete it to free the space", err=True)


def _check_terminal() -> None:
    if not sys.stdin or not sys.stdin.isatty():
        raise UsageError("standard input is not a terminal, so nobody can be asked; add yes=yes")


def _count(runs: int) -> str:
    return f"{runs} run" + ("s" if runs > 1 else "")


def _runs_in(name: str) -> list[RunSummary]:
    folder = Path(name)
    if folder.is_dir() and not (folder / "run.json").is_file():
        return find_runs(folder)
    return [describe_run(_find(name))]


def _find(name: str) -> Path:
    from zoo.runs.latest import find_run

    return find_run(name)


def _filtered(runs: Sequence[RunSummary], condition: str) -> list[RunSummary]:
    key, equals, value = condition.partition("=")
    if not equals:
        raise UsageError(f"filter: expected KEY=VALUE, not {quoted(condition)}")
    known = dict.fromkeys([*FIELDS, *(name for run in runs for name in run.settings)])
    if runs and key not in known:
        raise UsageError(f"filter: no run has '{key}'{did_you_mean(key, known)}")
    if key in FIELDS:
        return [run for run in runs if getattr(run, key) == value]
    return [run for run in runs if key in run.settings and _same(run.settings[key], value)]


def _same(found: object, given: str) -> bool:
    if isinstance(found, bool):
        return given.lower() in (("true", "yes", "1") if found else ("false", "no", "0"))
    if isinstance(found, (int, float)):
        try:
            return float(given) == found
        except ValueError:
            return False
    return _word(found) == given


def _print_runs(runs: Sequence[RunSummary]) -> None:
    differ = {task: differing([run for run in runs if run.task == task]) for task in {run.task for run in runs}}
    rows = []
    for run in runs:
        if run.problem:
            rows.append((str(run.path), "", "", "damaged", "", "", "", run.problem))
            continue
        words = [f"{name}={_word(run.settings.get(name))}" for name in differ[run.task]]
        if run.note:
            words.append(f"({' '.join(run.note.split())})")
        rows.append(
            (
                str(run.path),
                f"{run.started:%Y-%m-%d %H:%M}",
                duration(run.seconds),
                run.state,
                f"{run.step:,}",
                "" if run.best is None else f"{run.monitor or 'loss'} {_number(run.best)}",
                _bytes(run.size),
                " ".join(words),
            )
        )
    print_table(("RUN", "STARTED", "TOOK", "STATE", "STEPS", "BEST", "SIZE", "WHAT DIFFERS"), rows)


def _print_csv(runs: Sequence[RunSummary]) -> None:
    settings = differing(runs)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    columns = ("run", "task", "started", "seconds", "state", "step", "monitor", "best", "bytes", "note", "problem")
    writer.writerow([*columns, *settings])
    for run in runs:
        found = run.as_json()
        values = ["" if found[name] is None else found[name] for name in columns]
        writer.writerow([*values, *(_word(run.settings.get(name)) for name in settings)])
    echo(stream.getvalue(), end="")


def _short_names(paths: Sequence[Path]) -> list[str]:
    """Return the shortest ends of paths that tell them apart."""
    for count in range(1, max(len(path.parts) for path in paths)):
        names = ["/".join(path.parts[-count:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in paths]


def _word(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}" if abs(value) < 1000 else f"{value:.4g}"


def _bytes(size: int) -> str:
    for unit, power in (("GB", 9), ("MB", 6), ("kB", 3)):
        if size >= 10**power:
            return f"{size / 10**power:.1f} {unit}"
    return f"{size} B"
