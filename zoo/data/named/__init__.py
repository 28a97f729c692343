"""Named data: recipes that fetch real data sets into a cache, verify them and read them. Names are loaded on use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.data.named.fetching import fetch as fetch
    from zoo.data.named.lookup import catalogue as catalogue
    from zoo.data.named.lookup import find_data as find_data
    from zoo.data.named.lookup import names_for as names_for
    from zoo.data.named.recipe import Piece as Piece
    from zoo.data.named.recipe import Recipe as Recipe
    from zoo.data.named.recipe import Resource as Resource
    from zoo.data.named.recipe import Tree as Tree

_HOME = {
    "Piece": "recipe",
    "Recipe": "recipe",
    "Resource": "recipe",
    "Tree": "recipe",
    "catalogue": "lookup",
    "fetch": "fetching",
    "find_data": "lookup",
    "names_for": "lookup",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.data.named' has no attribute {name!r}")
    return getattr(importlib.import_module(f"zoo.data.named.{_HOME[name]}"), name)
