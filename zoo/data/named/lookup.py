"""Finds named data sets."""

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

# One module per recipe, or for two recipes of the same files.
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

# At least two letters: one letter is a Windows drive.
_PREFIX = re.compile(r"[a-z][a-z0-9_-]+:")


def catalogue() -> dict[str, Recipe]:
    """Return all recipes by name, without fetching or reading data."""
    recipes: dict[str, Recipe] = {}
    for name in _MODULES:
        for recipe in importlib.import_module(f"zoo.data.named.{name}").RECIPES:
            recipes[recipe.name] = recipe
    return recipes


def names_for(topology: str) -> list[str]:
    """Return the names of the recipes for one topology."""
    return [name for name, recipe in catalogue().items() if recipe.topology == topology]


def find_data(
    source: str, topology: str, plugins: Mapping[str, Callable[..., Splits]]
) -> Callable[[DataSettings], Splits] | None:
    """Find the function that reads a named source.

    Args:
        source: the setting `data.source`; names are looked up before paths.
        topology: name of the task's topology.
        plugins: named data from plugins, which fit any task. A name that ends with a colon is a prefix: its function
            reads every source that begins with it, and also receives the topology's name.

    Returns:
        A function of the data settings; None if no data set has this name.

    Raises:
        UsageError: the data are for another topology, or the prefix is unknown.
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
