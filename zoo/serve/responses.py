"""Responses: JSON, and server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping

from starlette.responses import Response, StreamingResponse

from zoo.serve.errors import RequestError


def to_json(value: object) -> str:
    """Compact JSON in ASCII, which no reader can take for anything else."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def json_response(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(to_json(value), status, headers, "application/json")


def error_response(error: RequestError) -> Response:
    """A refusal: one JSON sentence."""
    return json_response({"error": error.message}, error.status, error.headers)


def event(name: str, value: object) -> str:
    """One server-sent event; JSON in ASCII has no line end."""
    return (f"event: {name}\n" if name else "") + f"data: {to_json(value)}\n\n"


def event_stream(events: AsyncIterator[str]) -> Response:
    """A stream of events, which no proxy should keep back."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, 200, headers, "text/event-stream")


async def begun(events: AsyncIterator[str]) -> AsyncIterator[str]:
    """Wait for the first event, so that a refusal can still be a status; then give all of them.

    Raises:
        RequestError: the first event is a refusal.
    """
    first = await anext(events, None)

    async def everything() -> AsyncIterator[str]:
        try:
            if first is not None:
                yield first
            async for one in events:
                yield one
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()

    return everything()
