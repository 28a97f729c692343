"""Parses a command's arguments: its subject, such as a task or run, and `key=value` settings."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from zoo.errors import UsageError
from zoo.settings import describe
from zoo.settings.fields import quoted
from zoo.settings.overrides import from_arguments
from zoo.settings.resolve import build

Function = TypeVar("Function", bound=Callable[..., object])


def split_target(arguments: Sequence[str], key: str, example: str) -> tuple[str, list[str]]:
    """Take the argument that names a command's subject, such as a task or run.

    Args:
        arguments: of the command.
        key: the optional key before it, as in `task=charlm`.
        example: of the whole command, for the message if it is missing.

    Returns:
        The subject, and the other arguments.

    Raises:
        UsageError: it is missing or given twice.
    """
    rest = list(arguments)
    if rest and "=" not in rest[0]:
        found = [rest.pop(0)]
    else:
        found = [word.partition("=")[2] for word in rest if word.startswith(f"{key}=")]
        rest = [word for word in rest if not word.startswith(f"{key}=")]
    if len(found) > 1:
        raise UsageError(f"{key}= is given twice")
    if not found or not found[0]:
        raise UsageError(f"no {key} given; write {example}")
    return found[0], rest


def parse_arguments(cls: type, arguments: Sequence[str], command: str) -> dict[str, Any]:
    """Read the `key=value` arguments of a command that are not settings of a task.

    Args:
        cls: a settings dataclass that declares them.
        arguments: of the command.
        command: its name, for messages.

    Returns:
        The values that were given, by name.

    Raises:
        UsageError: an unknown name or a value of the wrong type.
    """
    given = from_arguments(arguments)
    values: object = build(cls, given, f" of zoo {command}")
    return {entry.key: getattr(values, entry.key) for entry in given}


def take_trust(arguments: Sequence[str]) -> tuple[bool, list[str]]:
    """Remove `trust=yes` from a command's arguments.

    Returns:
        Whether the run's code is trusted, and the other arguments.

    Raises:
        UsageError: the value is neither yes nor no.
    """
    return take_flag("trust", arguments)


def take_flag(key: str, arguments: Sequence[str]) -> tuple[bool, list[str]]:
    """Remove `key=yes` from a command's arguments.

    Args:
        key: its name.
        arguments: of the command.

    Returns:
        Whether it is set, and the other arguments.

    Raises:
        UsageError: the value is neither yes nor no.
    """
    values = [argument.partition("=")[2] for argument in arguments if argument.startswith(f"{key}=")]
    rest = [argument for argument in arguments if not argument.startswith(f"{key}=")]
    answers = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if values and values[-1].lower() not in answers:
        raise UsageError(f"{key}: expected yes or no, not {quoted(values[-1])}")
    return bool(values) and answers[values[-1].lower()], rest


def accepts_settings(cls: type, metavar: str) -> Callable[[Function], Function]:
    """Give a click command the argument `arguments`, and list them in its help.

    Args:
        cls: the settings dataclass that declares them.
        metavar: the arguments in the usage line.
    """
    rows = [
        (f"{row.name}=", row.help + (f" ({', '.join(row.choices)})" if row.choices else "")) for row in describe(cls)
    ]
    width = max(len(name) for name, _ in rows) + 2
    lines = [textwrap.indent(f"{name:<{width}}{help}", "  ") for name, help in rows]

    def decorate(function: Function) -> Function:
        function.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\n\b\nArguments:\n" + "\n".join(lines)
        return click.argument("arguments", nargs=-1, metavar=metavar)(function)

    return decorate
