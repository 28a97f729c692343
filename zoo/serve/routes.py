"""Every address of the server."""

from __future__ import annotations

from starlette.routing import Route

from zoo.serve import openai_endpoints, pages, protocol_endpoints, zoo_endpoints
from zoo.serve.openapi import openapi


def make_routes() -> list[Route]:
    """The routes, in the order in which they are tried."""
    get, post = ["GET"], ["POST"]
    return [
        Route("/v1/models/{name}/predict", zoo_endpoints.predict, methods=post),
        Route("/v1/models/{name}/sample", zoo_endpoints.sample, methods=post),
        Route("/v1/completions", openai_endpoints.completions, methods=post),
        Route("/v1/models", openai_endpoints.list_models, methods=get),
        Route("/v1/models/{name}", openai_endpoints.show_model, methods=get),
        Route("/v2", protocol_endpoints.server_metadata, methods=get),
        Route("/v2/health/live", protocol_endpoints.live, methods=get),
        Route("/v2/health/ready", protocol_endpoints.ready, methods=get),
        Route("/v2/models/{name}", protocol_endpoints.model_metadata, methods=get),
        Route("/v2/models/{name}/ready", protocol_endpoints.model_ready, methods=get),
        Route("/metrics", protocol_endpoints.metrics, methods=get),
        Route("/openapi.json", openapi, methods=get),
        Route("/", pages.index, methods=get),
        Route("/docs", pages.docs, methods=get),
        Route("/static/{file}", pages.static, methods=get),
    ]
