"""`zoo predict`: answer inputs with a trained run."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo.cli.arguments import take_trust
from zoo.cli.bad_inputs import ON_ERROR, BadInputs
from zoo.cli.console import echo, print_json, to_json
from zoo.cli.predict_stream import predict_stream
from zoo.cli.standard_input import FORMATS, NAME, decoded_lines, piped_table
from zoo.errors import UsageError, ZooError
from zoo.files import reason

if TYPE_CHECKING:
    from zoo.data import Input
    from zoo.runtime import Predictor
    from zoo.runtime.answered_inputs import AnsweredInput


@click.command("predict", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="run=RUN [INPUT]... [search.KEY=VALUE]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line: input, answer, score and more.")
@click.option("--alignment", is_flag=True, help="Show the attention over the input for each answer.")
@click.option("--stream", is_flag=True, help="Label frames as they arrive, one line per frame.")
def command(arguments: Sequence[str], as_json: bool, alignment: bool, stream: bool) -> int:
    """Answer inputs with a trained run, one line each.

    \b
      zoo predict translation "A dog is running."     inputs on the command line
      zoo predict translation file=sentences.txt      a file, one input a line
      zoo predict sentiment file=reviews.csv          a table, a folder: whatever the task trains on, without labels
      zoo predict sentiment file=a.csv out=b.csv      write the answers beside the rows (.csv, .tsv or .jsonl)
      zoo predict sentiment file=a.csv on_error=skip  leave out bad rows; on_error=stop ends at the first
      zoo predict sentiment < reviews.txt             a pipe; an empty line gets an empty answer
      zoo predict sentiment < reviews.csv             a table, which is recognised; format=csv or lines says what it is
      zoo predict translation file=- search.beam=10   search settings
      zoo predict translation file=a.txt engine=jax   another engine than the run was trained with
      zoo predict translation file=a.txt runtime=off  answer by TensorFlow, without the graphs that the run keeps
      zoo predict translation "Good day." --alignment where the model looked
      sensor | zoo predict frames --stream            one frame per line in, its label out at once
      zoo predict runs/a runs/b runs/c "Good day."    several runs as one, by the mean of their probabilities

    RUN is a run's folder, a task's name for its latest run, a bundle, or an installed model. Images and clips are
    given by their paths. An input that cannot be answered is named, and gets an empty answer; the others are answered.
    """
    trust, arguments = take_trust(arguments)
    given = _read_arguments(arguments)
    if not given.inputs and not given.file and sys.stdin.isatty():
        raise UsageError("nothing to answer: give inputs on the command line, as file=PATH, or through a pipe")
    from zoo.runtime.answer_file import check_answer_file, write_answers
    from zoo.runtime.answered_inputs import align_answers

    if given.out:
        check_answer_file(given.out)
    run = _open(given, trust)
    if stream:
        predict_stream(run, given.inputs, _lines(given.file), as_json)
        run.keep_graphs()
        return 0
    answered: Iterable[AnsweredInput] = run.answer_inputs(_inputs(run, given), **given.search)
    if alignment:
        answered = align_answers(run, answered)
    bad = BadInputs(given.on_error)
    answered = bad.checked(answered)
    if given.out:
        for _ in write_answers(given.out, answered):
            pass
    else:
        for one in answered:
            _print(run, one, as_json)
    status = bad.finish()
    if status == 0:
        run.keep_graphs()
    return status


def _open(given: _Arguments, trust: bool) -> Predictor:
    """Open the model, or several as one."""
    changes = {f"search.{key}": value for key, value in given.search.items()}
    if given.others:
        from zoo.runs.ensemble import ensemble

        return ensemble([given.run, *given.others], given.engine, trust, changes)
    from zoo.open_model import open_model

    return open_model(given.run, engine=given.engine, trust=trust, changes=changes, fast=given.runtime == "auto")


@dataclass
class _Arguments:
    run: str = ""
    others: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    file: str = ""
    out: str = ""
    on_error: str = "report"
    form: str = "auto"
    engine: str = "auto"
    runtime: str = "auto"
    search: dict[str, object] = field(default_factory=dict)


def _read_arguments(arguments: Sequence[str]) -> _Arguments:
    """Separate the run, the inputs, the command's settings and the search settings."""
    given = _Arguments()
    for place, word in enumerate(arguments):
        key, _, value = word.partition("=")
        if word == "--":
            given.inputs += arguments[place + 1 :]
            break
        if (
            key in ("run", "file", "out")
            and value
            or key in ("engine", "on_error", "runtime")
            and value
            and " " not in value
        ):
            setattr(given, key, value)
        elif key == "format" and value and " " not in value:
            given.form = value
        elif key.startswith("search.") and value and " " not in key:
            given.search[key.removeprefix("search.")] = value
        elif place == 0:
            given.run = word
        elif not given.inputs and len(given.others) == place - 1 and _is_run(word):
            given.others.append(word)
        else:
            given.inputs.append(word)
    if not given.run:
        raise UsageError("no run given; write zoo predict translation (a task's latest run), or a run's folder")
    if given.inputs and given.file:
        raise UsageError("give inputs on the command line or as file=PATH, not both")
    if given.runtime not in ("auto", "off"):
        raise UsageError(f"runtime: expected auto or off, not '{given.runtime}'")
    if given.form not in FORMATS:
        raise UsageError(f"format: expected {', '.join(FORMATS[:-1])} or {FORMATS[-1]}, not '{given.form}'")
    if given.form != "auto" and (given.inputs or given.file not in ("", "-")):
        raise UsageError("format= says what comes through a pipe; the format of a file is known by its name")
    if given.on_error not in ON_ERROR:
        raise UsageError(f"on_error: expected {', '.join(ON_ERROR[:-1])} or {ON_ERROR[-1]}, not '{given.on_error}'")
    return given


def _is_run(word: str) -> bool:
    try:
        return (Path(word) / "run.json").is_file()
    except (OSError, ValueError):  # a long text is no path
        return False


def _inputs(run: Predictor, given: _Arguments) -> Iterator[Input]:
    from zoo.data import Input

    if given.file not in ("", "-"):
        yield from run.read_inputs(given.file)
        return
    texts: Iterable[str] = given.inputs
    if not given.inputs:
        table, texts = piped_table(run, given.form)
        if table is not None:
            yield from table
            return
    for number, text in enumerate(texts, 1):
        place = f"input {number}" if given.inputs else f"standard input, line {number}"
        # Keep empty lines, so that line 7 of the output answers line 7 of the input.
        rows = () if given.inputs else ({"input": text},)
        if rows and not text.strip() and not run.topology.takes_nothing:
            yield Input(text, place, rows)
            continue
        try:
            yield Input(run.read_input(text), place, rows or ({"input": text},) * bool(text.strip()))
        except ZooError as error:
            yield Input(None, place, ({"input": text},), str(error))


def _lines(file: str) -> Iterator[str]:
    """Yield the lines of a file or of standard input, without line ends."""
    file = "" if file == "-" else file
    try:
        with Path(file).open("rb") if file else sys.stdin.buffer as stream:
            yield from decoded_lines(stream, file or NAME)
    except OSError as error:
        raise ZooError(f"{file}: cannot be read: {reason(error)}") from error


def _print(run: Predictor, one: AnsweredInput, as_json: bool) -> None:
    if one.answer is None:
        missing = {"input": _name(one), "answer": None, "score": None} | ({"error": one.problem} if one.problem else {})
        echo(to_json(missing) if as_json else "")
        return
    answer, alignment = one.answer, one.alignment
    if as_json:
        record = {"input": _name(one), "answer": answer.value, "score": answer.score, **answer.details}
        record |= {"alignment": vars(alignment)} if alignment else {}
        print_json(record, indent=None)
        return
    echo(run.topology.show(answer.value, width=sys.maxsize))
    for drawn in alignment.lines() if alignment else ():
        echo(f"  {drawn}")


def _name(one: AnsweredInput) -> str:
    """Return an input as shown in the output: the given text, or its place."""
    given = one.input.rows[0].get("input") if one.input.rows else one.input.value
    if isinstance(given, str):
        return given
    return str(one.input.value) if isinstance(one.input.value, (str, Path)) else one.input.place
