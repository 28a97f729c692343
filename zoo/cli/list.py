"""`zoo list`: the installed tasks and models and the named data sets, without importing any plugin."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from zoo.cli.console import echo, print_json
from zoo.cli.table import print_table
from zoo.plugins import PluginInfo, find_plugins
from zoo.plugins.component_kinds import OURS
from zoo.plugins.installed import switched_off
from zoo.plugins.offers import find_offers, usable_plugins
from zoo.runtime.installed_models import InstalledModel, find_models


@click.command("list")
@click.argument("what", type=click.Choice(["tasks", "data", "models"]), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(what: str | None, as_json: bool) -> None:
    """List the installed tasks, the data sets for data=NAME and the installed models, without importing any plugin.

    `zoo list tasks`, `zoo list data` and `zoo list models` list only one of them. --json alone lists the tasks.
    """
    models = find_models() if what == "models" or (what is None and not as_json) else []
    if what == "models":
        _models(models, as_json)
        return
    plugins = find_plugins()
    if what != "data":
        _tasks(plugins, as_json)
    if what is None and not as_json:
        echo()
    if what == "data" or (what is None and not as_json):
        _data(usable_plugins(plugins), as_json, alone=what == "data")
    if what is None and not as_json and models:
        echo()
        _models(models, as_json)


def _models(models: Sequence[InstalledModel], as_json: bool) -> None:
    if as_json:
        keys = ("name", "distribution", "version", "summary")
        print_json([{key: getattr(model, key) for key in keys} for model in models])
    elif models:
        print_table(("MODEL", "FROM", "WHAT"), [(model.name, model.origin, model.summary) for model in models])
    else:
        echo("no model is installed; zoo package makes one of a run", err=True)


def _tasks(plugins: Sequence[PluginInfo], as_json: bool) -> None:
    disabled = os.environ.get("ZOO_DISABLE", "").split(",")
    tasks = [info for info in plugins if info.kind == "task" and not switched_off(info, disabled)]
    if as_json:
        keys = ("name", "distribution", "version", "summary", "problem")
        print_json([{key: getattr(info, key) for key in keys} for info in tasks])
    elif tasks:
        print_table(("TASK", "FROM", "WHAT"), [(info.name, info.origin, _what(info)) for info in tasks])
    else:
        echo("no task is installed", err=True)


def _what(info: PluginInfo) -> str:
    return f"(not usable: {info.problem}) {info.summary}".strip() if info.problem else info.summary


def _data(plugins: Sequence[PluginInfo], as_json: bool, alone: bool) -> None:
    from zoo.data.named import catalogue

    recipes = catalogue().values()
    offers = list(find_offers("data", plugins=plugins))
    if as_json:
        keys = ("name", "topology", "summary", "split", "licence", "citation", "tested")
        rows: list[dict[str, object]] = [
            {**{key: getattr(recipe, key) for key in keys}, "distribution": OURS} for recipe in recipes
        ]
        rows += [
            {"name": offer.name, "topology": "", "summary": offer.summary, "distribution": offer.info.distribution}
            for offer in offers
        ]
        print_json(rows)
    else:
        table = [(recipe.name, recipe.topology, recipe.summary) for recipe in recipes]
        table += [(offer.name, offer.use, f"{offer.summary} ({offer.info.origin})".strip()) for offer in offers]
        print_table(("DATA", "FOR", "WHAT"), table)
    for info in plugins if alone else ():
        if info.kind == "plugin" and not info.states("data").complete:
            echo(f"{info.origin} may add more named data; see zoo plugins", err=True)
