"""`/v1/completions` and `/v1/models` as OpenAI's clients call them."""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from zoo.serve.errors import RequestError, invalid
from zoo.serve.json_body import Json, check_names, field, read_json, whole
from zoo.serve.responses import begun, event, event_stream, json_response
from zoo.serve.search_options import read_search
from zoo.serve.served_model import ServedModel
from zoo.serve.service import Service
from zoo.serve.stop_sequences import StopSequences
from zoo.serve.token_stream import TokenEvent
from zoo.serve.zoo_endpoints import MOST_SEED, service_of
from zoo.settings import SearchSettings

FIELDS = [
    "model",
    "prompt",
    "max_tokens",
    "temperature",
    "top_p",
    "n",
    "stream",
    "stream_options",
    "stop",
    "seed",
    "logprobs",
    "echo",
    "user",
    "best_of",
    "suffix",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
]
UNSUPPORTED = {"suffix": "", "presence_penalty": 0, "frequency_penalty": 0, "logit_bias": {}}
MOST_STOPS, LONGEST_STOP, MOST_TEXTS = 4, 1_000, 16


@dataclass(frozen=True)
class Completion:
    """A request for completions, checked.

    Attributes:
        model: generates.
        prompts: texts to continue, or inputs to answer.
        count: completions of each.
        search: settings of the search.
        seed: of the first completion; the others follow.
        stops: texts that end a completion.
        logprobs: how many other tokens to tell of each; None: no logarithms.
        echo: whether a completion begins with its prompt.
        stream: whether it comes in pieces.
        usage: whether the last piece of a stream counts tokens.
    """

    model: ServedModel
    prompts: tuple[str, ...]
    count: int
    search: SearchSettings
    seed: int
    stops: tuple[str, ...]
    logprobs: int | None
    echo: bool
    stream: bool
    usage: bool


async def completions(request: Request) -> Response:
    """Continue prompts."""
    service = service_of(request)
    wanted = _read(await read_json(request, service.limits), service)
    head = {
        "id": f"cmpl-{uuid.uuid4().hex}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": wanted.model.name,
    }
    if wanted.stream:
        return event_stream(await begun(_chunks(service, wanted, head)))
    choices = await asyncio.gather(*(_choice(service, wanted, index) for index in range(_texts(wanted))))
    spent = sum(count for _, count in choices)
    return json_response({**head, "choices": [choice for choice, _ in choices], "usage": _usage(wanted, spent)})


async def list_models(request: Request) -> Response:
    """The models, as OpenAI's clients list them."""
    models = [_listed(model) for model in service_of(request).models.values()]
    return json_response({"object": "list", "data": models})


async def show_model(request: Request) -> Response:
    """One model, with its card."""
    model = service_of(request).model(request.path_params["name"])
    return json_response({**_listed(model), "card": model.card.as_json()})


def _listed(model: ServedModel) -> dict[str, object]:
    return {"id": model.name, "object": "model", "created": 0, "owned_by": "zoo"}


def _read(given: Mapping[str, Json], service: Service) -> Completion:
    check_names(given, FIELDS)
    for name, default in UNSUPPORTED.items():
        if given.get(name) not in (None, default):
            raise invalid(f"{name} is not supported by this server")
    model = service.model(field(given, "model", str, next(iter(service.models)) if len(service.models) == 1 else ""))
    if not model.card.writes or model.card.input != "text":
        raise invalid("this model writes no text about text; ask it with /v1/models/NAME/predict")
    prompts = given.get("prompt", "")
    prompts = [prompts] if isinstance(prompts, str) else prompts
    if not isinstance(prompts, list) or not prompts or not all(isinstance(text, str) for text in prompts):
        raise invalid("prompt must be a text or a list of texts")
    if any(len(text) > service.limits.max_characters for text in prompts):
        raise invalid(f"a prompt must have at most {service.limits.max_characters:,} characters")
    count = whole(given, "n", 1, 1, MOST_TEXTS)
    if len(prompts) * count > service.limits.max_inputs:
        raise invalid(f"a request must ask for at most {service.limits.max_inputs} completions")
    stops = given.get("stop") or []
    stops = [stops] if isinstance(stops, str) else stops
    if (
        not isinstance(stops, list)
        or len(stops) > MOST_STOPS
        or not all(isinstance(stop, str) and 0 < len(stop) <= LONGEST_STOP for stop in stops)
    ):
        raise invalid(f"stop must be a text or a list of at most {MOST_STOPS} texts that are not empty")
    options = field(given, "stream_options", dict, {})
    check_names(options, ["include_usage", "include_obfuscation"])
    return Completion(
        model,
        tuple(prompts),
        count,
        _search(given, model, service),
        whole(
            given, "seed", int.from_bytes(uuid.uuid4().bytes[:3]), 0, MOST_SEED - MOST_TEXTS * service.limits.max_inputs
        ),
        tuple(stops),
        None if given.get("logprobs") is None else whole(given, "logprobs", 0, 0, 20),
        field(given, "echo", bool, False),
        field(given, "stream", bool, False),
        field(options, "include_usage", bool, False),
    )


def _search(given: Mapping[str, Json], model: ServedModel, service: Service) -> SearchSettings:
    values: dict[str, Json] = {}
    if model.card.topology == "language model":
        values["strategy"] = "sample"
    for name in ("temperature", "top_p"):
        if given.get(name) is not None:
            values[name] = given[name]
    if values.get("top_p") == 1:
        values["top_p"] = 0
    if given.get("max_tokens") is not None or model.card.topology == "language model":
        values["length"] = whole(given, "max_tokens", 16, 1, service.limits.max_tokens)
        values["min_length"] = 0
    return replace(read_search(values, model.search, service.limits), n_best=1)


def _texts(wanted: Completion) -> int:
    return len(wanted.prompts) * wanted.count


async def _tokens(service: Service, wanted: Completion, index: int) -> AsyncIterator[TokenEvent]:
    """The tokens of one completion, cut at the first stop."""
    prompt, seed = wanted.prompts[index // wanted.count], wanted.seed + index
    stops = StopSequences(wanted.stops)
    tokens = service.sample(wanted.model, prompt, wanted.search, seed, wanted.logprobs or 0)
    if wanted.echo:
        yield TokenEvent(prompt)
    async for one in tokens:
        text, stopped = stops.push(one.text)
        if stopped:
            yield replace(one, text=text, reason="end")
            await tokens.aclose()  # type: ignore[attr-defined]
            return
        yield replace(one, text=text + stops.flush() if one.reason else text)


async def _choice(service: Service, wanted: Completion, index: int) -> tuple[dict[str, object], int]:
    events = [one async for one in _tokens(service, wanted, index)]
    text = "".join(one.text for one in events)
    return _as_choice(wanted, index, text, events), len(events)


async def _chunks(service: Service, wanted: Completion, head: Mapping[str, object]) -> AsyncIterator[str]:
    """Pieces of all completions as they come."""
    pieces: asyncio.Queue[tuple[int, TokenEvent | RequestError]] = asyncio.Queue()

    async def pump(index: int) -> None:
        try:
            async for one in _tokens(service, wanted, index):
                pieces.put_nowait((index, one))
        except RequestError as error:
            pieces.put_nowait((index, error))

    tasks = [asyncio.create_task(pump(index)) for index in range(_texts(wanted))]
    left, spent, begun_any = len(tasks), 0, False
    try:
        while left:
            index, one = await pieces.get()
            if isinstance(one, RequestError):
                if not begun_any:
                    raise one
                yield event("", {"error": openai_error(one)})
                return
            spent += 1
            left -= bool(one.reason)
            if one.text or one.reason:
                begun_any = True
                yield event("", {**head, "choices": [_as_choice(wanted, index, one.text, [one])]})
        if wanted.usage:
            yield event("", {**head, "choices": [], "usage": _usage(wanted, spent)})
        yield "data: [DONE]\n\n"
    finally:
        for task in tasks:
            task.cancel()


def _as_choice(wanted: Completion, index: int, text: str, events: list[TokenEvent]) -> dict[str, object]:
    reason = events[-1].reason if events else "end"
    return {
        "index": index,
        "text": text,
        "finish_reason": {"end": "stop", "length": "length"}.get(reason),
        "logprobs": None if wanted.logprobs is None else _logprobs(events),
    }


def _logprobs(events: list[TokenEvent]) -> dict[str, object]:
    """The older form of OpenAI's logarithms: lists beside one another."""
    offsets, place = [], 0
    for one in events:
        offsets.append(place)
        place += len(one.text)
    return {
        "tokens": [one.text for one in events],
        "token_logprobs": [_log(one.probability) for one in events],
        "top_logprobs": [{text: _log(share) for text, share in reversed(one.alternatives)} for one in events],
        "text_offset": offsets,
    }


def _log(share: float | None) -> float | None:
    return None if share is None else round(math.log(max(share, 1e-12)), 5)


def _usage(wanted: Completion, spent: int) -> dict[str, int]:
    read = sum(map(wanted.model.count, wanted.prompts))
    return {"prompt_tokens": read, "completion_tokens": spent, "total_tokens": read + spent}


def openai_error(error: RequestError) -> dict[str, object]:
    """A refusal as OpenAI's clients expect it."""
    kind = "invalid_request_error" if error.status < 500 and error.status != 429 else "server_error"
    return {"message": error.message, "type": kind, "param": None, "code": error.status}
