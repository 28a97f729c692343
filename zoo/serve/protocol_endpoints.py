"""Health and metadata of the Open Inference Protocol (KServe V2), and metrics for Prometheus."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from zoo.serve.errors import RequestError
from zoo.serve.model_card import ModelCard
from zoo.serve.responses import json_response
from zoo.serve.zoo_endpoints import service_of


async def live(request: Request) -> Response:
    """Whether the process answers."""
    return json_response({"live": True})


async def ready(request: Request) -> Response:
    """Whether the server takes requests: not while it is shutting down."""
    if service_of(request).draining:
        raise RequestError(503, "the server is shutting down", retry=5)
    return json_response({"ready": True})


async def model_ready(request: Request) -> Response:
    """Whether a model takes requests."""
    name = service_of(request).model(request.path_params["name"]).name
    await ready(request)
    return json_response({"name": name, "ready": True})


async def server_metadata(request: Request) -> Response:
    """What the server is."""
    from zoo import __version__

    return json_response({"name": "zoo", "version": __version__, "extensions": []})


async def model_metadata(request: Request) -> Response:
    """What a model reads and writes, as tensors."""
    card = service_of(request).model(request.path_params["name"]).card
    return json_response(
        {
            "name": card.name,
            "versions": ["1"],
            "platform": "zoo_onnxruntime",
            "inputs": [_input(card)],
            "outputs": [_tensor("answer", "BYTES", [-1, -1] if card.output == "labels" else [-1])],
        }
    )


def _input(card: ModelCard) -> dict[str, object]:
    if card.input == "text":
        return _tensor("text", "BYTES", [-1])
    if card.input == "vectors":
        return _tensor("frames", "FP32", [-1, -1, card.features])
    if card.input == "clip":
        return _tensor("clip", "UINT8", [-1, -1, *card.size, 3])
    return _tensor("image", "UINT8", [-1, *card.size, 3])


def _tensor(name: str, datatype: str, shape: list[int]) -> dict[str, object]:
    return {"name": name, "datatype": datatype, "shape": shape}


async def metrics(request: Request) -> Response:
    """Metrics in the text format of Prometheus."""
    service = service_of(request)
    pending = {name: scheduler.pending for name, scheduler in service.schedulers.items()}
    text = service.metrics.text(pending)
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")
