"""The `zoo` command: its subcommands, and how it reports errors."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib.util import find_spec

import click

from zoo.cli.console import OutputError, echo
from zoo.cli.standard_streams import prepare_standard_streams
from zoo.errors import ZooError, did_you_mean, one_line

# Help prints this table; a command's module is imported only when the command runs.
COMMANDS = {
    "run": ("zoo.cli.run", "Train a task."),
    "resume": ("zoo.cli.resume", "Continue a run that was interrupted, or train it longer."),
    "evaluate": ("zoo.cli.evaluate", "Measure a run on a split of its data."),
    "predict": ("zoo.cli.predict", "Answer inputs with a trained run."),
    "sample": ("zoo.cli.sample", "Generate text with a trained run."),
    "score": ("zoo.cli.score", "Say how probable a run finds the texts of a file."),
    "runs": ("zoo.cli.runs", "List, compare, annotate and remove runs."),
    "tune": ("zoo.cli.tune", "Search for the best settings of a task."),
    "average": ("zoo.cli.average", "Average the weights of runs."),
    "export": ("zoo.cli.export", "Export a run as a bundle that answers without TensorFlow."),
    "serve": ("zoo.cli.serve", "Serve runs and bundles over HTTP, with a page to try them."),
    "package": ("zoo.cli.package", "Package a model as a wheel, which pip installs."),
    "push": ("zoo.cli.push", "Store a model on a hub."),
    "pull": ("zoo.cli.pull", "Fetch a model from a hub."),
    "list": ("zoo.cli.list", "List the installed tasks and models, and the data sets."),
    "report": ("zoo.cli.report", "Write one HTML file about a run, or about several."),
    "show": ("zoo.cli.show", "Show every setting and preset of a task."),
    "plugins": ("zoo.cli.plugins", "List the installed plugins, and what is wrong with broken ones."),
    "new": ("zoo.cli.new", "Write a starting point for a task or a plugin."),
    "devices": ("zoo.cli.devices", "Show which devices a run would use, and why."),
    "bench": ("zoo.cli.bench", "Compare the speed with Keras and PyTorch."),
}


_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class LazyGroup(click.Group):
    """A group of commands that prints its help without importing any of them."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Name the commands that are installed, in the table's order."""
        return [name for name, (module, _) in COMMANDS.items() if find_spec(module)]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import a command's module and give its command."""
        if name not in COMMANDS:
            return None
        try:
            command: click.Command = importlib.import_module(COMMANDS[name][0]).command
        except ModuleNotFoundError as error:
            if str(error.name).split(".")[0] != "zoo":
                raise
            raise ZooError(
                f"zoo {name} needs seqzoo, and only seqzoo-runtime is installed: pip install seqzoo"
            ) from error
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(context)])

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names."""
        if arguments[0] not in COMMANDS and not arguments[0].startswith("-"):
            raise click.UsageError(f"unknown command '{arguments[0]}'{did_you_mean(arguments[0], COMMANDS)}")
        return super().resolve_command(context, arguments)


def _print_version(context: click.Context, option: click.Parameter, value: bool) -> None:
    if value:
        import zoo

        echo(f"zoo {zoo.__version__}")
        context.exit()


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings are written as key=value: zoo run charlm data=book.txt model.cell=gru train.minutes=5",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show the version."
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks and TensorFlow's own messages.")
@click.pass_context
def program(context: click.Context) -> None:
    """The sequence zoo: train, use and inspect sequence models."""
    if context.invoked_subcommand is None:
        echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: of the command line; by default those of the process.

    Returns:
        The exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given  # accepted anywhere, before a command or after it
    given = [word for word in given if word != "--debug"]
    prepare_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="replace"
            )  # a sampled text may contain characters that the terminal's encoding lacks
    if not debug:
        from zoo.tensorflow_messages import silence

        silence()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            status = program.main(given, prog_name="zoo", standalone_mode=False)
        _flush()
        return status if isinstance(status, int) else 0
    except BrokenPipeError:
        _abandon_output()  # the reader closed the pipe
        return 0
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted", 130, debug)
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "zoo"
        return _fail(f"{error.format_message()} (see {where} --help)", error.exit_code, debug)
    except ZooError as error:
        if isinstance(error, OutputError):
            _abandon_output()
        return _fail(_blaming(error, str(error)), error.exit_code, debug)
    except MemoryError:
        return _fail("not enough memory; use a smaller model, batch or file", 1, debug)
    except Exception as error:
        hint = "" if debug else "; run again with --debug for the traceback"
        text = _COLOURS.sub("", str(error))  # Keras prints some of its messages in bold
        message = f": {text}" if text else ""
        return _fail(_blaming(error, f"{type(error).__name__}{message}") + hint, 1, debug)


def _blaming(error: Exception, message: str) -> str:
    """Name the plugin that raised an error beside its message."""
    from zoo.plugins.blame import blame

    with contextlib.suppress(Exception):  # the error itself must be reported in any case
        if culprit := blame(error):
            return f"{one_line(message)} (raised by {culprit})"
    return message


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


def _abandon_output() -> None:
    """Discard pending output, so that Python does not fail at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, status: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    echo(f"error: {one_line(message)}", err=True)
    return status


def _show_warning(message: Warning | str, category: type[Warning], *where: object, **more: object) -> None:
    # Show only the zoo's warnings: those of libraries are for programmers.
    if category.__module__.startswith("zoo.") or issubclass(category, UserWarning):
        echo(f"warning: {one_line(str(message))}", err=True)
