"""The application: models and limits in, an ASGI application out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from zoo.serve.envelope import Envelope, on_failure, on_http_error, on_request_error
from zoo.serve.errors import RequestError
from zoo.serve.limits import ServeLimits
from zoo.serve.routes import make_routes
from zoo.serve.service import Service

if TYPE_CHECKING:
    from zoo.serve.served_model import ServedModel


def make_app(models: Mapping[str, ServedModel], limits: ServeLimits | None = None) -> Starlette:
    """Make the application.

    Args:
        models: by the name under which each is served.
        limits: of a request.

    Returns:
        An ASGI application; `app.state.service` is what its endpoints share.
    """
    service = Service(models, limits or ServeLimits())

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = Starlette(
        routes=make_routes(),
        middleware=[Middleware(Envelope, service=service)],
        exception_handlers={RequestError: on_request_error, HTTPException: on_http_error, Exception: on_failure},
        lifespan=lifespan,
    )
    app.state.service = service
    app.router.redirect_slashes = False
    return app
