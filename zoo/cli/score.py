"""`zoo score`: how probable a run finds given texts."""

from __future__ import annotations

from dataclasses import dataclass

import click

from zoo.cli.arguments import accepts_settings, parse_arguments, split_target
from zoo.cli.console import print_json
from zoo.cli.table import print_table
from zoo.errors import UsageError, ZooError
from zoo.settings import setting


@dataclass
class ScoreArguments:
    """The settings of `zoo score`."""

    file: str = setting("", "the texts: a text file for a language model, otherwise examples as in data=")
    split: str = setting("", "score only this split of them", ("", "train", "validation", "test"))
    on_error: str = setting(
        "auto", "what to do about an example that cannot be read; auto: as in training", ("auto", "stop", "skip")
    )
    engine: str = setting("auto", "tensorflow or jax; auto: as the run was trained", ("auto", "tensorflow", "jax"))
    trust: bool = setting(False, "run the code of a task file that came with the run")


@click.command("score")
@accepts_settings(ScoreArguments, "run=RUN file=PATH")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per line or example, with every token.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Say how probable a run finds the texts of a file: nats and bits per character, perplexity of a token.

    RUN is a run's folder, or a task's name for its latest run. A language model reads the file as one text; each line
    is scored given all before it. Other generators score the target of each example given its source.
    """
    name, rest = split_target(arguments, "run", "zoo score charlm file=book.txt (a task's latest run)")
    given = parse_arguments(ScoreArguments, rest, "score")
    file = str(given.pop("file", ""))
    if not file:
        raise UsageError("nothing to score: give the texts as file=PATH")
    from zoo.runs.loaded_run import load
    from zoo.topology.scored_text import ScoreTotals

    run = load(name, engine=given.pop("engine", "auto"), trust=given.pop("trust", False))
    totals = ScoreTotals()
    for text in run.score_data(file, **given):
        totals.add(text)
        if as_json:
            print_json(text.as_json(), indent=None)
    if not totals.tokens:
        raise ZooError(f"{file}: there is no text to score")
    found = {"texts": totals.texts, **totals.metrics()}
    if as_json:
        print_json({"total": found}, indent=None)
        return
    rows = [(name.replace("_", " "), value) for name, value in found.items()]
    print_table(("METRIC", "VALUE"), [(name, f"{v:,}" if isinstance(v, int) else f"{v:.4f}") for name, v in rows])
