"""The cache of downloaded data, and the mirror to use instead of the internet."""

from __future__ import annotations

import os
from pathlib import Path

from zoo.files import expanded


def cache_folder() -> Path:
    """Return the folder of fetched data: `ZOO_CACHE`, or the user's cache folder."""
    given = os.environ.get("ZOO_CACHE", "")
    if given:
        return expanded(given)
    from platformdirs import user_cache_path

    return user_cache_path("seqzoo", appauthor=False)


def mirror() -> str:
    """Return `ZOO_MIRROR`: a folder, or the address of a server; empty if unset."""
    return os.environ.get("ZOO_MIRROR", "").rstrip("/")


def is_server(place: str) -> bool:
    """Whether a mirror is an HTTP server."""
    return place.startswith(("http://", "https://"))
