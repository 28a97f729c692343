"""`zoo show`: list the settings and presets of a task."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import click

from zoo.cli.arguments import split_target
from zoo.cli.console import echo, print_json
from zoo.cli.table import print_table
from zoo.files import check_readable, expanded
from zoo.plugins import Plugins
from zoo.plugins.offers import find_offers
from zoo.runs.adaptation import adapt, wants_adaptation
from zoo.settings import AdaptiveDefaults, describe, resolve
from zoo.settings.adaptive import explain
from zoo.settings.fields import walk

if TYPE_CHECKING:
    from zoo.settings import Settings
    from zoo.task import Task


@click.command("show")
@click.argument("arguments", nargs=-1, metavar="task=NAME [key=value]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Show every setting of a task with its type, default and meaning, and the presets.

    Further arguments (preset=small, model.layers=3) show the values that a run would have. With data=FILE, show which
    settings the data would choose, and why.
    """
    name, rest = split_target(arguments, "task", "zoo show task=charlm")
    from zoo.data.named import catalogue

    with redirect_stdout(sys.stderr):
        task = Plugins().load_task(name)
    values: Settings = resolve(task.Settings, task.presets, rest, task=name)
    with redirect_stdout(sys.stderr):
        chosen = _chosen(task, values, rest)
    if chosen is not None:
        values = chosen.resolved(name)
    presets = {preset: dict(_flat(settings)) for preset, settings in task.presets.items()}
    rows = describe(task.Settings)
    data_offers = list(find_offers("data", name))
    added = dict(_components(task, name))
    recipes = [recipe for recipe in catalogue().values() if recipe.topology == _topology(task)]
    if as_json:
        settings = [{**row._asdict(), "value": _value(values, row.name)} for row in rows]
        print_json(
            {
                "task": name,
                "settings": settings,
                "chosen": [choice._asdict() for choice in chosen.choices] if chosen else [],
                "presets": presets,
                "data": [*(recipe.name for recipe in recipes), *(offer.name for offer in data_offers)],
                "plugins": added,
            }
        )
        return
    column = "VALUE" if rest else "DEFAULT"
    table: list[tuple[str, ...]] = []
    for row in rows:
        choices = f" ({', '.join(row.choices)})" if row.choices else ""
        table.append((row.name, row.type, _word(_value(values, row.name)), row.help + choices))
    print_table(("SETTING", "TYPE", column, "MEANING"), _with_gaps(table))
    if chosen is not None and chosen.choices:
        echo("\nChosen from the data (override with key=value or preset=NAME):")
        for line in explain(chosen.choices):
            echo(f"  {line}")
    elif chosen is None and wants_adaptation(values):
        echo(f"\nOther settings are chosen when data={values.data.source} is read; zoo run shows them.")
    echo("\nA group's name stands for its main setting: data=PATH, device=cpu. config=FILE.yaml reads a file.")
    if recipes:
        echo("\nData sets, downloaded on first use:")
        for recipe in recipes:
            echo(f"  data={recipe.name}: {recipe.summary}")
    if added or data_offers:
        echo("\nPlugins add:")
        for key, owners in added.items():
            for value, origin in owners.items():
                echo(f"  {key}={value} ({origin})")
        for offer in data_offers:
            echo(f"  data={offer.name}: {f'{offer.summary} ({offer.info.origin})'.strip()}")
    for preset, flat in presets.items():
        echo(f"\npreset={preset}" + (": only a quick test; the model is not useful" if preset == "tiny" else ""))
        for key, setting in flat.items():
            echo(f"  {key}={_word(setting)}")


def _chosen(task: type[Task], values: Settings, arguments: Sequence[str]) -> AdaptiveDefaults | None:
    """Return the settings that the user's data would choose; None if no local data are named."""
    source = values.data.source
    check_readable(source)
    # Do not download data just to show settings.
    there = expanded(source).exists() or glob.glob(source) or all(map(os.path.exists, source.split(",")))
    if not wants_adaptation(values) or not there:
        return None
    instance = task(values, Plugins().load_components())
    return adapt(instance, instance.splits(), list(arguments))


def _components(task: type[Task], name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the names that plugins add to a task's settings: (setting, name -> distribution)."""
    for key, entry in walk(task.Settings):
        kind = "" if entry.is_part else entry.field.metadata.get("component")
        owners = {offer.name: offer.info.origin for offer in find_offers(kind, name)} if kind else {}
        if owners:
            yield key, owners


def _topology(task: type[Task]) -> str:
    return getattr(getattr(task, "topology", None), "name", "")


def _with_gaps(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Insert an empty row between groups of settings."""
    result: list[tuple[str, ...]] = []
    for row in rows:
        group = row[0].rpartition(".")[0]
        if result and result[-1][0].rpartition(".")[0] != group:
            result.append(("",) * len(row))
        result.append(row)
    return result


def _flat(settings: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    flat: list[tuple[str, object]] = []
    for key, value in settings.items():
        flat += _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(prefix + key, value)]
    return flat


def _value(settings: object, name: str) -> object:
    for step in name.split("."):
        settings = getattr(settings, step)
    return settings


def _word(value: object) -> str:
    """Write a value as a user would type it."""
    if isinstance(value, list):
        return ",".join(map(_word, value)) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if str(value) else "-"
