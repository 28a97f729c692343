"""`zoo sample`: generate text with a trained run, and print it while it is generated."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import click

from zoo.cli.arguments import accepts_settings, parse_arguments, split_target
from zoo.cli.console import echo, print_json
from zoo.settings import SearchSettings, setting


@dataclass
class SampleArguments(SearchSettings):
    """The settings of `zoo sample`: what to generate, and how to search (by default as in the run's settings)."""

    prime: str = setting("", "text to continue")
    seed: int = setting(0, "the same seed gives the same text", minimum=0, maximum=2**31 - 1)
    count: int = setting(1, "number of texts, with consecutive seeds", minimum=1, maximum=100_000)
    engine: str = setting("auto", "tensorflow or jax; auto: as the run was trained", ("auto", "tensorflow", "jax"))
    runtime: str = setting(
        "auto",
        "auto: answer with the graphs that the run keeps, made on first use; off: by TensorFlow",
        ("auto", "off"),
    )
    trust: bool = setting(False, "run the code of a task file that came with the run")


@click.command("sample")
@accepts_settings(SampleArguments, "run=RUN [key=value]...")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of texts.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Generate text with a trained run.

    RUN is a run's folder, a task's name for its latest run, a bundle, or an installed model:
    `zoo sample charlm prime="def " length=300 temperature=0.7`
    """
    name, rest = split_target(arguments, "run", "zoo sample charlm (a task's latest run), or a run's folder")
    given = parse_arguments(SampleArguments, rest, "sample")
    from zoo.open_model import open_model

    engine, trust = given.pop("engine", "auto"), given.pop("trust", False)
    fast = given.pop("runtime", "auto") == "auto"
    changes = {f"search.{key}": value for key, value in given.items() if key not in ("prime", "seed", "count")}
    run = open_model(name, engine=engine, trust=trust, changes=changes, fast=fast)
    count, prime = given.get("count", 1), given.get("prime", "")
    if as_json:
        texts = run.sample(**given)
        print_json([texts] if count == 1 else texts)
        run.keep_graphs()
        return
    screen = _Screen(count, prime, given.get("seed", 0))
    try:
        run.sample(**given, stream=screen.show)
    except KeyboardInterrupt:
        screen.finish()  # the text stays readable, and the message gets its own line
        raise
    screen.finish()
    run.keep_graphs()


class _Screen:
    """Prints the first text while it is generated, and the others after it."""

    def __init__(self, count: int, prime: str, seed: int) -> None:
        self._rows = [prime] * count
        self._seed = seed
        self._begun = False

    def show(self, row: int, piece: str) -> None:
        """Receive a piece of one of the texts."""
        if row > 0:
            self._rows[row] += piece
            return
        if not self._begun:
            self._begin(0)
        self._write(piece)

    def finish(self) -> None:
        """Write everything not written yet."""
        if not self._begun:
            self._begin(0)
        self._write("\n")
        for row in range(1, len(self._rows)):
            self._begin(row)
            self._write("\n")

    def _begin(self, row: int) -> None:
        self._begun = True
        if len(self._rows) > 1:
            echo(f"--- seed {self._seed + row} ---")
        self._write(self._rows[row])

    def _write(self, text: str) -> None:
        echo(text, end="")
        if sys.stdout is not None:
            sys.stdout.flush()
