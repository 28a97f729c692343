"""Writes answers beside their rows to a file, atomically."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from zoo.errors import UsageError, ZooError
from zoo.files import expanded, reason, replacing
from zoo.runtime.answered_inputs import AnsweredInput

ENDINGS = (".csv", ".tsv", ".jsonl")


def check_answer_file(path: str | Path) -> None:
    """Refuse an output file that cannot be written, before answering anything.

    Raises:
        UsageError: its ending is not known.
        ZooError: its folder is missing or cannot be written to.
    """
    place = expanded(path)
    if not place.name.lower().endswith(ENDINGS):
        raise UsageError(f"out={path}: answers are written to {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]} files")
    if place.is_dir():
        raise ZooError(f"out={path}: it is a folder, but a file was expected")
    if not os.access(place.parent, os.W_OK):
        problem = "cannot be written to" if place.parent.is_dir() else "does not exist"
        raise ZooError(f"out={path}: the folder {place.parent} {problem}")


def write_answers(path: str | Path, answered: Iterable[AnsweredInput]) -> Iterator[AnsweredInput]:
    """Write answers beside their rows: the columns of the row, then `answer`, `score` and, where one failed, `error`.

    Args:
        path: `.csv`, `.tsv` or `.jsonl`; JSON lines contain everything known about an answer.
        answered: inputs with their answers, in the order of their rows.

    Yields: Each input that was written; the file appears once all are consumed.

    Raises:
        ZooError: the file cannot be written; an older one is untouched.
    """
    check_answer_file(path)
    place = expanded(path)
    try:
        # The columns are known only after the last row: until then, rows wait on disk.
        with tempfile.TemporaryFile("w+", encoding="utf-8", prefix="zoo-answers-") as waiting:
            columns: dict[str, None] = {}
            used: set[str] = set()
            for one in answered:
                for row, added in _rows_of(one):
                    columns |= dict.fromkeys(row)
                    used |= {name for name, value in added.items() if value is not None}
                    waiting.write(json.dumps([row, added], default=_plain) + "\n")
                yield one
            waiting.seek(0)
            with replacing(place) as stream:
                if place.name.lower().endswith(".jsonl"):
                    _write_json(stream, waiting, columns)
                else:
                    delimiter = "\t" if place.name.lower().endswith(".tsv") else ","
                    names = ["answer", *(name for name in ("score", "error") if name in used)]
                    _write_delimited(stream, waiting, list(columns), names, delimiter)
    except OSError as error:
        raise ZooError(f"cannot write {path}: {reason(error)}") from error


def _rows_of(one: AnsweredInput) -> Iterator[tuple[Mapping[str, object], dict[str, object]]]:
    """Yield each row of an input with its output; a sequence's labels are divided among its frames."""
    rows = one.input.rows or ({"input": str(one.input.value)},)
    if one.answer is None:
        for row in rows:
            yield row, {"answer": None, "score": None, **({"error": one.problem} if one.problem else {})}
        return
    value = one.answer.value
    if len(rows) > 1 and isinstance(value, list) and len(value) == len(rows):
        for row, label in zip(rows, value, strict=True):
            yield row, {"answer": label}
        return
    for row in rows:
        yield row, {"answer": value, "score": one.answer.score, **one.answer.details}


def _write_json(stream: IO[bytes], waiting: Iterable[str], columns: Mapping[str, None]) -> None:
    for line in waiting:
        row, added = json.loads(line)
        record = row | {_free(name, columns): value for name, value in added.items()}
        stream.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def _write_delimited(
    stream: IO[bytes], waiting: Iterable[str], columns: list[str], names: list[str], delimiter: str
) -> None:
    def line(fields: Iterable[object]) -> None:
        held.seek(0)
        held.truncate()
        writer.writerow([_field(field) for field in fields])
        held.seek(0)
        stream.write(held.read().encode("utf-8", "replace"))

    with tempfile.SpooledTemporaryFile(1 << 20, "w+", encoding="utf-8", newline="") as held:
        writer = csv.writer(held, delimiter=delimiter, lineterminator="\n")
        line([*columns, *(_free(name, columns) for name in names)])
        for text in waiting:
            row, added = json.loads(text)
            line([*(row.get(name) for name in columns), *(added.get(name) for name in names)])


def _free(name: str, columns: Iterable[str]) -> str:
    """Return a name for the column of answers that the rows do not have yet."""
    number = 2
    free = name
    while free in columns:
        free, number = f"{name}_{number}", number + 1
    return free


def _field(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else "" if value is None else value


def _plain(value: object) -> object:
    """Convert numbers of numpy to Python's, and other types unknown to JSON to text."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
