"""`zoo pull`: fetch a model from a hub."""

from __future__ import annotations

from dataclasses import dataclass

import click

from zoo.cli.arguments import accepts_settings, parse_arguments, split_target
from zoo.cli.console import echo, print_json
from zoo.settings import setting


@dataclass
class PullArguments:
    """The settings of `zoo pull`."""

    out: str = setting("", "the folder for the bundle; by default one of the model's name")


@click.command("pull")
@accepts_settings(PullArguments, "from=hf://OWNER/NAME [out=DIR]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Fetch a model from a hub: a bundle, checked against its checksums.

    `zoo pull hf://owner/rhymes` writes the folder rhymes, with which `zoo sample ./rhymes` answers. Graphs, JSON and
    the card are fetched, and no code.
    """
    address, rest = split_target(arguments, "from", "zoo pull hf://owner/name")
    given = parse_arguments(PullArguments, rest, "pull")
    from zoo.runs.sharing import pull

    folder = pull(address, **given)
    if as_json:
        print_json({"path": str(folder)})
        return
    echo(f"bundle: {folder}")
