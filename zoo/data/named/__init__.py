"""Named data: one recipe for each data set of `data=NAME`.

In: a name, and the data settings. Out: `Splits` of raw examples, fetched on first use. Names are loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.data.fetching.fetch import fetch as fetch
    from zoo.data.named.lookup import catalogue as catalogue
    from zoo.data.named.lookup import find_data as find_data
    from zoo.data.named.lookup import names_for as names_for
    from zoo.data.named.recipe import Piece as Piece
    from zoo.data.named.recipe import Recipe as Recipe
    from zoo.data.named.recipe import Resource as Resource
    from zoo.data.named.recipe import Tree as Tree

_HOME = {
    "Piece": "named.recipe",
    "Recipe": "named.recipe",
    "Resource": "named.recipe",
    "Tree": "named.recipe",
    "catalogue": "named.lookup",
    "fetch": "fetching.fetch",
    "find_data": "named.lookup",
    "names_for": "named.lookup",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.data.named' has no attribute {name!r}")
    return getattr(importlib.import_module(f"zoo.data.{_HOME[name]}"), name)
