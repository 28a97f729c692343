"""Strict JSON: reads the body of a request, and checks the types of its fields."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn, TypeAlias, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from zoo.serve.errors import RequestError, invalid

if TYPE_CHECKING:
    from zoo.serve.limits import ServeLimits

Json: TypeAlias = object
"""A value as `json.loads` makes it."""
T = TypeVar("T")
NAMES = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
}
LARGE = 1 << 16
"""Bytes from which on a body is parsed in a thread."""
DEEPEST = 8
"""Lists and objects inside one another."""


async def read_json(request: Request, limits: ServeLimits) -> dict[str, Json]:
    """Read a JSON object; a large one in a thread, because it takes time.

    Args:
        request: of a client.
        limits: of a request.

    Raises:
        RequestError: it is too large (413), not a JSON object (422), or does not arrive in time (408).
    """
    try:
        async with asyncio.timeout(limits.seconds):
            body = await _read(request, limits.max_body)
    except TimeoutError as error:
        raise RequestError(408, f"the request did not arrive within {limits.seconds:g} seconds") from error
    return parse_json(body) if len(body) < LARGE else await run_in_threadpool(parse_json, body)


async def _read(request: Request, limit: int) -> bytes:
    too_large = RequestError(413, f"the request is larger than {limit:,} bytes")
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and (len(stated) > 15 or int(stated) > limit):
        raise too_large
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise too_large
    except ClientDisconnect as error:
        raise RequestError(499, "the client has closed the connection") from error
    return bytes(body)


def parse_json(body: bytes) -> dict[str, Json]:
    """Parse a JSON object.

    Raises:
        RequestError: not JSON, not an object, a name twice, a number that is not finite, or nested too deeply.
    """
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_object)
    except RequestError:
        raise
    except RecursionError as error:
        raise invalid("the JSON is nested too deeply") from error
    except Exception as error:  # not JSON, not UTF-8, a whole number of thousands of digits, ...
        raise invalid("the body must be a JSON object in UTF-8") from error
    if not isinstance(found, dict):
        raise invalid('the body must be a JSON object, such as {"inputs": ["a text"]}')
    _check(found, DEEPEST)
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise invalid(f"{name} is not a number of JSON")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise invalid("a name occurs twice in an object")
    return found


def _check(value: Json, depth: int) -> None:
    """Refuse what JSON can say but no text or number of a model is."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise invalid("a text holds half of a surrogate pair, which is not a character")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise invalid("a number is too large")
    elif isinstance(value, dict | list):
        if not depth:
            raise invalid("the JSON is nested too deeply")
        parts: Sequence[Json] = [*value, *value.values()] if isinstance(value, dict) else value
        for part in parts:
            _check(part, depth - 1)


def check_names(given: Mapping[str, Json], known: Sequence[str]) -> None:
    """Refuse fields that there are not.

    Raises:
        RequestError: 422.
    """
    if given.keys() - set(known):
        raise invalid(f"an unknown field; the fields are {', '.join(known)}")


def field(given: Mapping[str, Json], name: str, kind: type[T], default: T) -> T:
    """Take a field of one type; null stands for the default.

    Raises:
        RequestError: 422, it has another type.
    """
    value = given.get(name)
    if value is None:
        return default
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = number(value, name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise invalid(f"{name} must be {NAMES[kind]}")
    return value


def number(value: int, name: str) -> float:
    """A whole number as a float.

    Raises:
        RequestError: 422, it is too large.
    """
    try:
        return float(value)
    except OverflowError as error:
        raise invalid(f"{name} is too large") from error


def whole(given: Mapping[str, Json], name: str, default: int, least: int, most: int) -> int:
    """Take a whole number within limits.

    Raises:
        RequestError: 422.
    """
    value = field(given, name, int, default)
    if not least <= value <= most:
        raise invalid(f"{name} must be from {least} to {most:,}")
    return value
