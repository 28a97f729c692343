"""The description of the interface as OpenAPI 3.1, made of the limits and models of this server."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from zoo.serve.limits import ServeLimits
from zoo.serve.raw_inputs import EXAMPLES
from zoo.serve.responses import json_response
from zoo.serve.zoo_endpoints import MOST_ALTERNATIVES, MOST_SEED, service_of
from zoo.settings import SearchSettings
from zoo.settings.fields import declared

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}
ERRORS = {
    404: "There is no such model or address.",
    413: "The request is too large.",
    422: "The request is wrong; the sentence says where.",
    429: "Too many requests are waiting.",
    503: "It took too long, or the server is shutting down.",
}
Schema = dict[str, object]


async def openapi(request: Request) -> Response:
    """Describe the interface."""
    service = service_of(request)
    return json_response(describe_interface(list(service.models), service.limits))


def describe_interface(models: list[str], limits: ServeLimits) -> Schema:
    """Describe the interface.

    Args:
        models: names of the models.
        limits: of a request.
    """
    from zoo import __version__

    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "enum": models}}
    predict = {
        "inputs": _array({}, "texts; or for other models objects such as " + "; ".join(list(EXAMPLES.values())[1:]), 1),
        "search": _ref("Search"),
        "alignment": _type("boolean", "also say where the model looked at each token of its answer"),
    }
    predict["inputs"]["maxItems"] = limits.max_inputs
    sample = {
        "prime": _type("string", "the text to continue"),
        "input": {"description": "the input to write about, for other models than language models"},
        "search": _ref("Search"),
        "seed": _type("integer", "the same seed gives the same text", 0, MOST_SEED),
        "alternatives": _type("integer", "how many other tokens to tell of each", 0, MOST_ALTERNATIVES),
        "stream": _type("boolean", "server-sent events (true, the default), or one JSON object"),
    }
    completions = {
        "model": {"type": "string", "enum": models},
        "prompt": {"description": "a text, or a list of texts"},
        "max_tokens": _type("integer", "at most so many tokens", 1, limits.max_tokens),
        "temperature": _type("number", "0: always the likeliest", 0),
        "top_p": _type("number", "keep the likeliest tokens that together have this probability", 0, 1),
        "n": _type("integer", "completions of each prompt", 1, 16),
        "stop": {"description": "a text that ends the completion, or a list of such"},
        "seed": _type("integer", "the same seed gives the same text", 0),
        "logprobs": _type("integer", "how many other tokens to tell of each", 0, 20),
        "echo": _type("boolean", "begin with the prompt"),
        "stream": _type("boolean", "server-sent events"),
    }
    example = {"inputs": ["A dog is running."]}
    paths = {
        "/v1/models/{name}/predict": _post("Answer inputs.", predict, ["inputs"], example, [name]),
        "/v1/models/{name}/sample": _post(
            "Generate a text, token by token: events token, done, error.",
            sample,
            [],
            {"prime": "the ", "seed": 1},
            [name],
        ),
        "/v1/completions": _post(
            "Continue a text, as OpenAI's clients ask for it.", completions, [], {"prompt": "the ", "max_tokens": 20}
        ),
        "/v1/models": _get("List the models."),
        "/v1/models/{name}": _get("Describe a model.", [name]),
        "/v2": _get("Describe the server (Open Inference Protocol)."),
        "/v2/health/live": _get("Whether the process answers."),
        "/v2/health/ready": _get("Whether the server takes requests."),
        "/v2/models/{name}": _get("What a model reads and writes.", [name]),
        "/v2/models/{name}/ready": _get("Whether a model takes requests.", [name]),
        "/metrics": _get("Metrics for Prometheus.", media="text/plain"),
    }
    error = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "zoo serve", "version": __version__},
        "paths": paths,
        "components": {"schemas": {"Search": _search(limits), "Error": error}},
    }


def _search(limits: ServeLimits) -> Schema:
    properties: dict[str, Schema] = {}
    most: Mapping[str, int] = {"length": limits.max_tokens, "beam": limits.max_beam}
    for name, entry in declared(SearchSettings).items():
        metadata = entry.field.metadata
        if entry.item is not None:
            properties[name] = _array({"type": TYPES[entry.item]}, metadata["help"])
            continue
        maximum = most.get(name, metadata["maximum"])
        properties[name] = _type(TYPES[entry.type], metadata["help"], metadata["minimum"], maximum)
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _type(kind: str, description: str, minimum: float | None = None, maximum: float | None = None) -> Schema:
    limits = {"minimum": minimum, "maximum": maximum}
    return {"type": kind, "description": description, **{key: v for key, v in limits.items() if v is not None}}


def _array(items: Schema, description: str, least: int = 0) -> Schema:
    return {"type": "array", "items": items, "description": description, "minItems": least}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _responses(media: str = "application/json") -> Schema:
    refusal = {"application/json": {"schema": _ref("Error")}}
    refusals = {str(status): {"description": text, "content": refusal} for status, text in ERRORS.items()}
    return {"200": {"description": "The answer.", "content": {media: {}}}, **refusals}


def _get(summary: str, parameters: list[Schema] | None = None, media: str = "application/json") -> Schema:
    return {"get": {"summary": summary, "parameters": parameters or [], "responses": _responses(media)}}


def _post(
    summary: str,
    properties: Mapping[str, object],
    required: list[str],
    example: Mapping[str, object],
    parameters: list[Schema] | None = None,
) -> Schema:
    schema = {"type": "object", "additionalProperties": False, "properties": properties, "required": required}
    content = {"application/json": {"schema": schema, "example": example}}
    body = {"required": True, "content": content}
    operation = {"summary": summary, "parameters": parameters or [], "requestBody": body, "responses": _responses()}
    return {"post": operation}
