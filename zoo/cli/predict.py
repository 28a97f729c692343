"""`zoo predict`: answer inputs with a trained run."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.arguments import take_trust
from zoo.cli.console import echo, print_json, to_json
from zoo.cli.predict_stream import predict_stream
from zoo.errors import UsageError, ZooError

if TYPE_CHECKING:
    from zoo.runs import Run

CHUNK = 512
"""Inputs that are answered together: enough to be fast, few enough that the first answers come soon."""


@click.command("predict", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="run=RUN [INPUT]... [search.KEY=VALUE]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line: input, answer, score and more.")
@click.option("--alignment", is_flag=True, help="Show the attention over the input for each answer.")
@click.option("--stream", is_flag=True, help="Label frames as they arrive, one line per frame.")
def command(arguments: Sequence[str], as_json: bool, alignment: bool, stream: bool) -> None:
    """Answer inputs with a trained run, one line each.

    \b
      zoo predict translation "A dog is running."     inputs on the command line
      zoo predict translation file=sentences.txt      a file, one input a line
      zoo predict sentiment < reviews.txt             a pipe; an empty line gets an empty answer
      zoo predict translation file=- search.beam=10   search settings
      zoo predict translation file=a.txt engine=jax   another engine than the run was trained with
      zoo predict translation "Good day." --alignment where the model looked
      sensor | zoo predict frames --stream            one frame per line in, its label out at once

    RUN is a run's folder, or a task's name for its latest run. Images and clips are given by their paths.
    """
    trust, arguments = take_trust(arguments)
    name, inputs, file, engine, search = _read_words(arguments)
    lines = _inputs(inputs, file)
    from zoo.runs.loaded_run import open_run

    changes = {f"search.{key}": value for key, value in search.items()}
    run = open_run(name, engine=engine, trust=trust, changes=changes)
    if stream:
        predict_stream(run, inputs, lines, as_json)
        return
    while chunk := list(islice(lines, CHUNK)):
        _answer(run, chunk, search, as_json, alignment, blanks=not inputs)


def _read_words(arguments: Sequence[str]) -> tuple[str, list[str], str, str, dict[str, Any]]:
    """Tell the run, the inputs, the file, the engine and the settings of the search apart."""
    name, file, engine = "", "", "auto"
    inputs: list[str] = []
    search: dict[str, Any] = {}
    for place, word in enumerate(arguments):
        key, _, value = word.partition("=")
        if word == "--":
            inputs += arguments[place + 1 :]
            break
        if key == "run" and value:
            name = value
        elif key == "file" and value:
            file = value
        elif key == "engine" and value and " " not in value:
            engine = value
        elif key.startswith("search.") and value and " " not in key:
            search[key.removeprefix("search.")] = value
        elif place == 0:
            name = word
        else:
            inputs.append(word)
    if not name:
        raise UsageError("no run given; write zoo predict translation (a task's latest run), or a run's folder")
    if inputs and file:
        raise UsageError("give inputs on the command line or as file=PATH, not both")
    return name, inputs, file, engine, search


def _inputs(inputs: list[str], file: str) -> Iterator[str]:
    if inputs:
        return iter(inputs)
    if not file and sys.stdin.isatty():
        raise UsageError("nothing to answer: give inputs on the command line, as file=PATH, or through a pipe")
    return _lines("" if file in ("", "-") else file)


def _lines(file: str) -> Iterator[str]:
    """The lines of a file, or of standard input, without their ends."""
    where = file or "standard input"
    try:
        with Path(file).open("rb") if file else sys.stdin.buffer as stream:
            for number, line in enumerate(stream, 1):
                raw = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                try:
                    yield raw.decode("utf-8").rstrip("\r\n")
                except UnicodeDecodeError as error:
                    raise ZooError(f"{where}, line {number}: byte {error.start + 1} is not valid UTF-8") from error
    except OSError as error:
        raise ZooError(f"{where}: cannot be read: {error.strerror or error}") from error


def _answer(run: Run, lines: list[str], search: dict[str, Any], as_json: bool, aligned: bool, blanks: bool) -> None:
    # Line 7 of the answers is the answer to line 7, so an empty line keeps its place.
    empty = [blanks and not line.strip() and not run.topology.takes_nothing for line in lines]
    values = [run.task.read_input(line) for line, nothing in zip(lines, empty, strict=True) if not nothing]
    answers = run.answer(values, **search) if values else []
    alignments = run.align(values, [str(answer.value) for answer in answers]) if aligned else [None] * len(values)
    answered = zip(answers, alignments, strict=True)
    for line, nothing in zip(lines, empty, strict=True):
        if nothing:
            echo(to_json({"input": line, "answer": None, "score": None}) if as_json else "")
            continue
        answer, alignment = next(answered)
        if as_json:
            record = {"input": line, "answer": answer.value, "score": answer.score, **answer.details}
            record |= {"alignment": vars(alignment)} if alignment else {}
            print_json(record, indent=None)
            continue
        echo(run.topology.show(answer.value, width=sys.maxsize))
        for drawn in alignment.lines() if alignment else ():
            echo(f"  {drawn}")
