"""Output of commands: escaped text, JSON, and errors if standard output fails."""

from __future__ import annotations

import sys

import click

from zoo.errors import ZooError, printable


class OutputError(ZooError):
    """Standard output cannot be written to."""


def echo(text: object = "", *, err: bool = False, end: str = "\n") -> None:
    """Write a text.

    Args:
        text: on a terminal, unprintable characters are escaped, because the text may be untrusted.
        err: write to standard error; failures are ignored.
        end: text to add at the end.

    Raises:
        OutputError: standard output is full.
        BrokenPipeError: its reader has left.
    """
    stream = sys.stderr if err else sys.stdout
    if stream is None:
        return
    safe = printable(str(text), keep="\n\t") if stream.isatty() else str(text)
    try:
        click.echo(safe + end, nl=False, err=err)
    except BrokenPipeError:
        if not err:
            raise
    except (OSError, ValueError) as error:  # ValueError: it was closed
        if not err:
            raise OutputError(
                f"cannot write to standard output: {getattr(error, 'strerror', None) or error}"
            ) from error


def to_json(value: object, indent: int | None = None) -> str:
    """Write a value as JSON, with unprintable characters escaped.

    Args:
        value: of dictionaries, lists, texts and numbers, also those of numpy.
        indent: spaces per level; None for one line.

    Returns:
        JSON; numbers that are not finite become null.
    """
    import json

    text = json.dumps(_finite(value), indent=indent, ensure_ascii=False, allow_nan=False)
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter in "\n " else _escaped(letter) for letter in text)


def print_json(value: object, indent: int | None = 2) -> None:
    """Write a value to standard output as JSON."""
    echo(to_json(value, indent))


def _finite(value: object) -> object:
    if hasattr(value, "tolist"):  # of numpy
        value = value.tolist()
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {_finite(key): _finite(found) for key, found in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(found) for found in value]
    return value


def _escaped(letter: str) -> str:
    import json

    return json.dumps(letter)[1:-1]
