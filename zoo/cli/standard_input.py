"""Inputs through a pipe: lines of text, or a table, which is recognised as it is in a file."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from zoo.errors import ZooError
from zoo.files import reason

if TYPE_CHECKING:
    from zoo.data import Input
    from zoo.runtime import Predictor

NAME = "standard input"
FORMATS = ("auto", "lines", "csv", "tsv", "jsonl", "json")
_HEAD = 50  # lines that tell a table from plain text
_LONGEST = 1 << 20  # bytes of them that are looked at
_MARK = b"\xef\xbb\xbf"


def decoded_lines(stream: Iterable[bytes], name: str) -> Iterator[str]:
    """Give lines as text, without their ends.

    Args:
        stream: lines as bytes.
        name: of what they were read from.

    Raises:
        ZooError: one is not UTF-8, or cannot be read.
    """
    try:
        for number, line in enumerate(stream, 1):
            raw = line.removeprefix(_MARK) if number == 1 else line
            try:
                yield raw.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise ZooError(f"{name}, line {number}: byte {error.start + 1} is not valid UTF-8") from error
    except OSError as error:
        raise ZooError(f"{name}: cannot be read: {reason(error)}") from error


def piped_table(run: Predictor, form: str) -> tuple[Iterator[Input] | None, Iterator[str]]:
    """Read standard input, and say what it is.

    Args:
        run: whose inputs they are.
        form: one of FORMATS; `auto`: JSON where the first line is JSON, a table where a text file of these lines would
            be one, else lines.

    Returns:
        The inputs of a table, or None; and the lines, where it is none.

    Raises:
        ZooError: it cannot be read.
    """
    stream = sys.stdin.buffer
    if form == "lines":
        return None, decoded_lines(stream, NAME)
    try:
        head = list(islice(iter(lambda: stream.readline(_LONGEST), b""), _HEAD))
    except OSError as error:
        raise ZooError(f"{NAME}: cannot be read: {reason(error)}") from error
    ending = f".{form}" if form != "auto" else _ending(run, head)
    return (_table(run, ending, head, stream) if ending else None), decoded_lines(chain(head, stream), NAME)


def _table(run: Predictor, ending: str, head: list[bytes], stream: BinaryIO) -> Iterator[Input]:
    """Read a table once all of it has arrived."""
    with tempfile.TemporaryDirectory(prefix="zoo-input-") as folder:
        path = Path(folder, f"{NAME}{ending}")
        try:
            with path.open("wb") as held:
                held.writelines(head)
                shutil.copyfileobj(stream, held)
        except OSError as error:
            raise ZooError(f"{NAME}: cannot be read: {reason(error)}") from error
        yield from run.read_inputs(path)


def _ending(run: Predictor, head: list[bytes]) -> str:
    """The ending of a file with this content; empty for lines of text."""
    first = next((line.strip() for line in [b"".join(head[:1]).removeprefix(_MARK), *head[1:]] if line.strip()), b"")
    if first[:1] in (b"{", b"["):
        if first in (b"{", b"["):
            return ".json"
        try:
            value = json.loads(first)
        except Exception:  # a text that begins with a bracket
            return ""
        if isinstance(value, dict):
            return ".jsonl"
        return ".json" if value and isinstance(value[0], dict) else ""
    with tempfile.TemporaryDirectory(prefix="zoo-input-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder, f"{NAME}.txt")
        path.write_bytes(b"".join(head))
        try:
            one = next(iter(run.read_inputs(path)), None)
        except ZooError:
            return ""
    # Of a line the row has nothing but the line.
    return ".txt" if one is not None and one.rows and set(one.rows[0]) not in ({"input"}, {"file"}) else ""
