"""Where fetched data are kept, and where they may come from instead of the internet."""

from __future__ import annotations

import os
from pathlib import Path

from zoo.files import expanded


def cache_folder() -> Path:
    """The folder of fetched data: `ZOO_CACHE`, or the user's cache folder."""
    given = os.environ.get("ZOO_CACHE", "")
    if given:
        return expanded(given)
    from platformdirs import user_cache_path

    return user_cache_path("seqzoo", appauthor=False)


def mirror() -> str:
    """`ZOO_MIRROR`: a folder, or the address of a server; empty where there is none."""
    return os.environ.get("ZOO_MIRROR", "").rstrip("/")


def is_server(place: str) -> bool:
    """Whether a mirror is reached by HTTP."""
    return place.startswith(("http://", "https://"))
