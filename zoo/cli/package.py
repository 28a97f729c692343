"""`zoo package`: a model becomes a wheel, which pip installs."""

from __future__ import annotations

from dataclasses import dataclass

import click

from zoo.cli.arguments import accepts_settings, parse_arguments, split_target
from zoo.cli.console import echo, print_json
from zoo.export.options import PrecisionOptions
from zoo.settings import setting

EXAMPLE = "zoo package charlm shakespeare (a task's latest run, and what commands shall call the model)"


@dataclass
class PackageArguments(PrecisionOptions):
    """The settings of `zoo package`."""

    out: str = setting("", "the folder for the wheel; by default the current one")
    version: str = setting("1.0", "version of the wheel")
    trust: bool = setting(False, "run the code of a task file that came with the run")


@click.command("package")
@accepts_settings(PackageArguments, "run=RUN name=NAME [out=DIR] [version=1.0] [precision=int8]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Package a model as a wheel, which pip installs.

    RUN is a run's folder, a task's name for its latest run, or a bundle. The wheel holds a bundle and no code. Once
    `pip install` has installed it, `zoo predict NAME`, `zoo sample NAME` and `zoo.load("NAME")` answer with it:
    `zoo package charlm shakespeare precision=int8`
    """
    run, rest = split_target(arguments, "run", EXAMPLE)
    name, rest = split_target(rest, "name", EXAMPLE)
    given = parse_arguments(PackageArguments, rest, "package")
    from zoo.runs.packaging import package

    wheel = package(run, name, **given)
    size = wheel.stat().st_size
    if as_json:
        print_json({"path": str(wheel), "size": size})
        return
    echo(f"wheel: {wheel} ({size / 1e6:.2f} MB)")
