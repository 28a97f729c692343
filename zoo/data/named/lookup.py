"""The named data that there are, and the one road from a name to examples."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.data.named.recipe import Recipe
from zoo.errors import UsageError

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings

# A module a recipe, or two that read the same files.
_MODULES = (
    "tinyshakespeare",
    "multi30k",
    "tatoeba",
    "rotten_tomatoes",
    "sst2",
    "imdb",
    "flickr8k",
    "gesture_phase",
    "mnist",
)

# Two letters at least: one is a drive of Windows.
_PREFIX = re.compile(r"[a-z][a-z0-9_-]+:")


def catalogue() -> dict[str, Recipe]:
    """All recipes by name; light, nothing is fetched or read for it."""
    recipes: dict[str, Recipe] = {}
    for name in _MODULES:
        for recipe in importlib.import_module(f"zoo.data.named.{name}").RECIPES:
            recipes[recipe.name] = recipe
    return recipes


def names_for(topology: str) -> list[str]:
    """The names of the recipes for one topology."""
    return [name for name, recipe in catalogue().items() if recipe.topology == topology]


def find_data(
    source: str, topology: str, plugins: Mapping[str, Callable[..., Splits]]
) -> Callable[[DataSettings], Splits] | None:
    """Find what reads a named source.

    Args:
        source: the setting `data.source`; names are looked up before paths.
        topology: name of the task's topology.
        plugins: named data that plugins add, which fit whatever task they are given to. A name that ends with a colon
            is a prefix: its function reads every source that begins with it, and is told the topology's name, too.

    Returns:
        A function of the data settings; None where nothing has this name.

    Raises:
        UsageError: it is data for another topology, or has a prefix that nobody reads.
    """
    if source in plugins:
        return plugins[source]
    prefix = _PREFIX.match(source)
    if prefix and not Path(source).exists():
        if prefix[0] not in plugins:
            raise UsageError(f"data={source}: no installed plugin reads '{prefix[0]}' (see zoo plugins)")
        return partial(plugins[prefix[0]], topology=topology)
    recipe = catalogue().get(source)
    if recipe is None:
        return None
    if recipe.topology != topology:
        fitting = ", ".join(names_for(topology))
        raise UsageError(
            f"data={source} is for {recipe.topology} tasks, but this task is {topology}"
            + (f"; it can use {fitting}" if fitting else "")
        )
    return recipe.read
