"""`zoo push`: store a model on a hub."""

from __future__ import annotations

from dataclasses import dataclass

import click

from zoo.cli.arguments import accepts_settings, parse_arguments, split_target
from zoo.cli.console import echo, print_json
from zoo.export.options import PrecisionOptions
from zoo.settings import setting

EXAMPLE = "zoo push charlm hf://owner/name"


@dataclass
class PushArguments(PrecisionOptions):
    """The settings of `zoo push`."""

    trust: bool = setting(False, "run the code of a task file that came with the run")


@click.command("push")
@accepts_settings(PushArguments, "run=RUN to=hf://OWNER/NAME [precision=float16] [license=NAME]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Store a model on a hub, as a bundle with its card.

    RUN is a run's folder, a task's name for its latest run, or a bundle. Graphs, JSON and the card travel, and no code.
    `hf://OWNER/NAME` is the Hugging Face hub, by the plugin zoo-huggingface:
    `zoo push charlm hf://me/rhymes precision=float16 license=cc0-1.0`
    """
    run, rest = split_target(arguments, "run", EXAMPLE)
    address, rest = split_target(rest, "to", EXAMPLE)
    given = parse_arguments(PushArguments, rest, "push")
    from zoo.runs.sharing import push

    where = push(run, address, **given)
    if as_json:
        print_json({"address": address, "url": where})
        return
    echo(where)
