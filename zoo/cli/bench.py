"""`zoo bench`: compare the speed with other libraries."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from zoo.bench import BENCHMARKS
from zoo.cli.arguments import accepts_settings
from zoo.cli.console import echo, print_json
from zoo.errors import did_you_mean


class Benchmarks(click.Group):
    """A group of benchmarks that prints its help without importing any of them."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Name the benchmarks, in the table's order."""
        return list(BENCHMARKS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Make the command of a benchmark."""
        return _command(name) if name in BENCHMARKS else None

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of benchmarks."""
        with formatter.section("Benchmarks"):
            formatter.write_dl([(name, line) for name, (_, line) in BENCHMARKS.items()])

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the benchmark that the first word names."""
        if arguments[0] not in BENCHMARKS and not arguments[0].startswith("-"):
            raise click.UsageError(f"unknown benchmark '{arguments[0]}'{did_you_mean(arguments[0], BENCHMARKS)}")
        return super().resolve_command(context, arguments)


@click.command(
    "bench",
    cls=Benchmarks,
    invoke_without_command=True,
    epilog="Settings are written as key=value: zoo bench layers cells=gru shapes=128x50x50 dtypes=float32",
)
@click.pass_context
def command(context: click.Context) -> None:
    """Compare the speed of the zoo with Keras and PyTorch."""
    if context.invoked_subcommand is None:
        echo(context.get_help())


def _command(name: str) -> click.Command:
    """Make the command of a benchmark, with its arguments and output options."""
    module = importlib.import_module(BENCHMARKS[name][0])

    def measure(arguments: tuple[str, ...], as_json: bool, out: Path | None) -> None:
        from zoo.settings.overrides import from_arguments
        from zoo.settings.resolve import build

        settings = build(module.Arguments, from_arguments(arguments), f" of zoo bench {name}")
        report = module.run(settings, (lambda line: None) if as_json else echo)
        if out is not None:
            report.write(out)
        if as_json:
            print_json(report.rows)

    measure.__doc__ = module.Arguments.__doc__
    given = accepts_settings(module.Arguments, "[key=value]...")(measure)
    where = click.Path(dir_okay=False, path_type=Path)
    given = click.option("--out", type=where, help="Also write the table to this file.")(given)
    given = click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON, at the end.")(given)
    measured: click.Command = click.command(name)(given)
    return measured
