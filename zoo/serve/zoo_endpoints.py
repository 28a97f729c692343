"""The zoo's own endpoints: `/v1/models/NAME/predict` and `/sample`."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response

from zoo.serve.errors import RequestError, invalid
from zoo.serve.json_body import check_names, field, read_json, whole
from zoo.serve.responses import begun, event, event_stream, json_response
from zoo.serve.search_options import read_search
from zoo.serve.served_model import ServedModel
from zoo.serve.service import Service
from zoo.serve.token_stream import TokenEvent

MOST_SEED = 2**31 - 1
MOST_ALTERNATIVES = 20


def service_of(request: Request) -> Service:
    """The service that a request is for."""
    service: Service = request.app.state.service
    return service


async def predict(request: Request) -> Response:
    """Answer inputs."""
    service = service_of(request)
    model = service.model(request.path_params["name"])
    given = await read_json(request, service.limits)
    check_names(given, ["inputs", "search", "alignment"])
    values = field(given, "inputs", list, [])
    if not 0 < len(values) <= service.limits.max_inputs:
        raise invalid(f"inputs must be a list of 1 to {service.limits.max_inputs} inputs")
    search = read_search(field(given, "search", dict, {}), model.search, service.limits)
    align = field(given, "alignment", bool, False)
    if align and not model.card.attends:
        raise invalid("this model does not attend to its input; leave out alignment")
    inputs = await service.read_inputs(model, values)
    answers = await service.predict(model, inputs, search, align)
    return json_response({"model": model.name, "answers": answers})


async def sample(request: Request) -> Response:
    """Generate a text, token by token."""
    service = service_of(request)
    model = service.model(request.path_params["name"])
    given = await read_json(request, service.limits)
    check_names(given, ["prime", "input", "search", "seed", "alternatives", "stream"])
    if not model.card.writes:
        raise invalid("this model writes no text; ask it with /predict")
    if "prime" in given and "input" in given:
        raise invalid("give input or prime, not both: they mean the same")
    value = given.get("input", given.get("prime", "" if model.card.topology == "language model" else None))
    search = read_search(field(given, "search", dict, {}), model.search, service.limits)
    seed = whole(given, "seed", 0, 0, MOST_SEED)
    alternatives = whole(given, "alternatives", 0, 0, MOST_ALTERNATIVES)
    streams = field(given, "stream", bool, True)
    (value,) = await service.read_inputs(model, [value])
    tokens = service.sample(model, value, search, seed, alternatives)
    if streams:
        return event_stream(await begun(_events(model, tokens)))
    events = [one async for one in tokens]
    outcome = _done(events)
    return json_response({"model": model.name, **outcome, "tokens": [_token(one) for one in events]})


async def _events(model: ServedModel, tokens: AsyncIterator[TokenEvent]) -> AsyncIterator[str]:
    found: list[TokenEvent] = []
    try:
        async for one in tokens:
            found.append(one)
            yield event("token", _token(one))
        yield event("done", {"model": model.name, **_done(found)})
    except RequestError as error:
        if not found:
            raise
        yield event("error", {"error": error.message})


def _token(one: TokenEvent) -> dict[str, object]:
    found: dict[str, object] = {"token": one.text, "probability": one.probability}
    if one.alternatives:
        found["alternatives"] = [{"token": text, "probability": share} for text, share in one.alternatives]
    return found


def _done(events: list[TokenEvent]) -> dict[str, object]:
    reason = events[-1].reason if events else "end"
    return {"text": "".join(one.text for one in events), "reason": reason, "count": len(events)}
