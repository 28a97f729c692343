"""`zoo evaluate`: measure a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from zoo.cli.arguments import accepts_settings, parse_arguments, split_target
from zoo.cli.console import print_json
from zoo.cli.outcome import print_evaluation_report
from zoo.errors import UsageError
from zoo.settings import setting

if TYPE_CHECKING:
    from zoo.runs.ensemble import Ensemble
    from zoo.runs.run import Run


@dataclass
class EvaluateArguments:
    """The settings of `zoo evaluate`."""

    split: str = setting("test", "which split to measure on", ("train", "validation", "test"))
    data: str = setting("", "data to measure on instead of the run's own: all of it, unless split= is given")
    show: int = setting(3, "number of predictions to show next to the truth", minimum=0, maximum=100_000)
    on_error: str = setting(
        "auto",
        "what to do about an example of data= that cannot be read; auto: as in training",
        ("auto", "stop", "skip"),
    )
    engine: str = setting("auto", "tensorflow or jax; auto: as the run was trained", ("auto", "tensorflow", "jax"))
    runtime: str = setting(
        "auto",
        "auto: measure with the graphs that the run keeps, made on first use; off: by TensorFlow",
        ("auto", "off"),
    )
    trust: bool = setting(False, "run the code of a task file that came with the run")


@click.command("evaluate")
@accepts_settings(EvaluateArguments, "run=RUN [split=SPLIT] [data=PATH] [show=3]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Measure a run on a split of its data.

    RUN is a run's folder, or a task's name for its latest run. Several runs are measured as one, by the mean of their
    probabilities.
    """
    name, rest = split_target(arguments, "run", "zoo evaluate charlm (a task's latest run), or a run's folder")
    others = [word for word in rest if "=" not in word]
    given = parse_arguments(EvaluateArguments, [word for word in rest if "=" in word], "evaluate")
    if others and ("data" in given or "on_error" in given):
        raise UsageError("data=: several runs as one are measured on a split of the first run's data")
    from zoo.runs.ensemble import ensemble
    from zoo.runs.fast_run import FastRun
    from zoo.runs.loaded_run import open_run

    engine, trust = given.pop("engine", "auto"), given.pop("trust", False)
    fast = given.pop("runtime", "auto") == "auto"
    run: Run | Ensemble
    if others:
        run = ensemble([name, *others], engine, trust)
        report = run.evaluation_report(given.get("split", "test"), given.get("show", 3))
    else:
        run = open_run(name, engine=engine, trust=trust, fast=fast, evaluation=True)
        report = run.evaluation_report(**given)
    if as_json:
        print_json(report.as_json())
    else:
        print_evaluation_report(report)
    if isinstance(run, FastRun):
        run.keep_evaluation()
