"""The reference of commands, read from click's help."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from zoo.cli.program import program
from zoo_docs.markdown import code, table

HEAD = """\
<!-- Written by `make reference`: change the code, not this page. -->
# Commands

`RUN` is a run's folder, or a task's name for its latest run; `zoo predict` and `zoo sample` also take a bundle or an
installed model. Answers go to standard output, progress to standard error. The exit status is 0 on success, 1 on
failure, 2 for wrong usage, 130 after Ctrl-C, 143 after SIGTERM and 129 after SIGHUP. Errors are one line; `--debug`,
anywhere on the command line, shows the traceback and TensorFlow's own messages.
"""
ARGUMENTS = "\b\nArguments:\n"
"""What `zoo.cli.arguments.accepts_settings` writes before its list of arguments."""


def commands_page() -> str:
    """Write the page.

    Returns:
        Markdown.
    """
    context = click.Context(program, info_name="zoo")
    return "\n".join([HEAD, *_commands(program, context, "##")])


def _commands(group: click.Group, above: click.Context, level: str) -> Iterator[str]:
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=above)
        yield f"{level} {context.command_path}\n"
        yield f"```text\n{command.get_usage(context).removeprefix('Usage: ')}\n```\n"
        yield from _help(command)
        options = [
            option.get_help_record(context)
            for option in command.get_params(context)
            if isinstance(option, click.Option) and "--help" not in option.opts
        ]
        if options:
            yield table(("option", "meaning"), [(code(row[0]), row[1]) for row in options if row]) + "\n"
        if isinstance(command, click.Group):
            yield from _commands(command, context, f"{level}#")


def _help(command: click.Command) -> Iterator[str]:
    """A command's own help: paragraphs, preformatted lines, and its arguments."""
    text, _, arguments = inspect.cleandoc(command.help or "").partition(ARGUMENTS)
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if paragraph.startswith("\b\n"):
            yield f"```text\n{inspect.cleandoc(paragraph.removeprefix(chr(8) + chr(10)))}\n```\n"
        elif paragraph:
            yield f"{paragraph}\n"
    rows = [re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in arguments.splitlines() if line.strip()]
    if rows:
        yield table(("argument", "meaning"), [(code(name), meaning) for name, meaning in rows]) + "\n"
    if command.epilog:
        yield f"{command.epilog}\n"
