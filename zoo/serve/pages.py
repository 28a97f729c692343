"""The page and its files: a fixed list, read from the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from zoo.serve.errors import RequestError

TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@cache
def page_files() -> dict[str, bytes]:
    """Every file of the page, by name."""
    folder = files("zoo.serve") / "static"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.rpartition(".")[2] in TYPES}


def _file(name: str) -> Response:
    found = page_files().get(name)
    if found is None:
        raise RequestError(404, "there is no such file")
    return Response(found, media_type=TYPES[name.rpartition(".")[2]], headers={"Cache-Control": "no-cache"})


async def index(request: Request) -> Response:
    """The page."""
    return _file("index.html")


async def docs(request: Request) -> Response:
    """The description of the interface, for people."""
    return _file("docs.html")


async def static(request: Request) -> Response:
    """A file of the page."""
    return _file(request.path_params["file"])
