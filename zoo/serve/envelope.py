"""What every response has in common: its security headers, its metrics, and one sentence where it is an error."""

from __future__ import annotations

import sys
import time
import traceback
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from zoo.serve.errors import RequestError
from zoo.serve.openai_endpoints import openai_error
from zoo.serve.responses import error_response, json_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from zoo.serve.service import Service

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SENTENCES = {404: "there is nothing at this address", 405: "this address does not take this method"}


class Envelope:
    """Wraps the application.

    Args:
        app: the application.
        service: counts responses; while it is closing, connections end with their response.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if self._service.closing:
                    headers["Connection"] = "close"
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            endpoint = getattr(scope.get("endpoint"), "__name__", "other")
            self._service.metrics.request(endpoint, status, time.perf_counter() - began)


async def on_request_error(request: Request, error: Exception) -> Response:
    """Answer a refused request."""
    assert isinstance(error, RequestError)
    if request.url.path == "/v1/completions":
        return json_response({"error": openai_error(error)}, error.status, error.headers)
    return error_response(error)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer a request to an address that there is not."""
    assert isinstance(error, HTTPException)
    sentence = SENTENCES.get(error.status_code, "the request cannot be answered")
    return json_response({"error": sentence}, error.status_code, error.headers)


async def on_failure(request: Request, error: Exception) -> Response:
    """Answer a request that met a mistake of ours."""
    traceback.print_exception(error, file=sys.stderr)
    return error_response(RequestError(500, "the server failed on this request"))
