"""The models of a server, their schedulers, and the way of a request through them."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from zoo.serve.errors import RequestError
from zoo.serve.json_body import Json
from zoo.serve.limits import ServeLimits
from zoo.serve.metrics import ServerMetrics
from zoo.serve.raw_inputs import RawInput, read_input
from zoo.serve.scheduler import Job, Scheduler
from zoo.serve.token_stream import TokenEvent

if TYPE_CHECKING:
    from zoo.serve.served_model import ServedModel
    from zoo.settings import SearchSettings


class Service:
    """Everything that endpoints share.

    Args:
        models: by name.
        limits: of a request.

    Attributes:
        draining: whether the server is shutting down: what comes is still answered, but it is not ready for more.
        closing: whether it takes no new connections.
    """

    def __init__(self, models: Mapping[str, ServedModel], limits: ServeLimits) -> None:
        self.models, self.limits, self.metrics = models, limits, ServerMetrics()
        self.schedulers = {name: Scheduler(model, limits, self.metrics) for name, model in models.items()}
        self.draining = self.closing = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the schedulers; at the end what was accepted is answered first."""
        for scheduler in self.schedulers.values():
            scheduler.start()
        try:
            yield
        finally:
            for scheduler in self.schedulers.values():
                await run_in_threadpool(scheduler.close)

    def model(self, name: str) -> ServedModel:
        """Find a model.

        Raises:
            RequestError: 404, there is none of this name.
        """
        if name not in self.models:
            raise RequestError(404, f"there is no model of this name; the models are {', '.join(self.models)}")
        return self.models[name]

    async def read_inputs(self, model: ServedModel, values: Sequence[Json]) -> list[RawInput]:
        """Read the inputs of a request; images and tables in a thread, because they take time.

        Raises:
            RequestError: 422.
        """
        read = partial(_read_inputs, model=model, limits=self.limits)
        return read(values) if model.card.input == "text" else await run_in_threadpool(read, values)

    async def predict(
        self, model: ServedModel, inputs: Sequence[RawInput], search: SearchSettings, align: bool = False
    ) -> list[dict[str, object]]:
        """Answer inputs, each with whatever else is waiting.

        Raises:
            RequestError: 422 for an input that cannot be answered, 429, or 503 after `limits.seconds`.
        """
        if model.card.topology == "language model" and search.strategy != "beam":
            return list(await asyncio.gather(*(self._continue(model, str(text), search) for text in inputs)))
        loop = asyncio.get_running_loop()
        deadline = time.monotonic() + self.limits.seconds
        futures: list[asyncio.Future[dict[str, object]]] = [loop.create_future() for _ in inputs]
        alone = model.card.writes and search.strategy == "sample"
        jobs = [
            Job(value, search, len(value), deadline, partial(_resolve, future), align=align, alone=alone)
            for value, future in zip(inputs, futures, strict=True)
        ]
        self.schedulers[model.name].submit(jobs)
        try:
            async with asyncio.timeout(self.limits.seconds):
                answers: list[dict[str, object]] = []
                for place, future in enumerate(futures):
                    answers.append(await _numbered(future, place, len(futures)))
                return answers
        except TimeoutError as error:
            raise _too_slow(self.limits) from error
        finally:
            for job in jobs:
                job.cancelled = True

    async def _continue(self, model: ServedModel, prime: str, search: SearchSettings) -> dict[str, object]:
        """Continue a text, as `/sample` does, and give the whole of it."""
        events = [event async for event in self.sample(model, prime, search)]
        chances = [event.probability for event in events if event.probability]
        score = round(sum(map(math.log, chances)), 6) if chances else None
        return {"answer": "".join(event.text for event in events), "score": score, "reason": events[-1].reason}

    async def sample(
        self, model: ServedModel, value: RawInput, search: SearchSettings, seed: int = 0, alternatives: int = 0
    ) -> AsyncIterator[TokenEvent]:
        """Generate a text; yields its tokens as they come.

        Raises:
            RequestError: 422, 429, or 503 after `limits.seconds`.
        """
        events: asyncio.Queue[TokenEvent | RequestError] = asyncio.Queue()
        deadline = time.monotonic() + self.limits.seconds
        job = Job(
            value,
            search,
            len(value),
            deadline,
            events.put_nowait,
            stream=True,
            seed=seed,
            alternatives=alternatives,
        )
        self.schedulers[model.name].submit([job])
        try:
            while True:
                event = await asyncio.wait_for(events.get(), max(0.0, deadline - time.monotonic()))
                if isinstance(event, RequestError):
                    raise event
                yield event
                if event.reason:
                    return
        except TimeoutError as error:
            raise _too_slow(self.limits) from error
        finally:
            job.cancelled = True


def _read_inputs(values: Sequence[Json], model: ServedModel, limits: ServeLimits) -> list[RawInput]:
    return [read_input(value, model.card, limits) for value in values]


def _resolve(future: asyncio.Future[dict[str, object]], result: dict[str, object] | RequestError) -> None:
    if future.done():
        return
    if isinstance(result, RequestError):
        future.set_exception(result)
    else:
        future.set_result(result)


async def _numbered(future: asyncio.Future[dict[str, object]], place: int, count: int) -> dict[str, object]:
    """Wait for an answer; the error of an input, which was answered by itself, gets its number in the request."""
    try:
        return await future
    except RequestError as error:
        message = error.message.removeprefix("input 1: ")
        message = f"input {place + 1}{message.removeprefix('input 1')}" if message.startswith("input 1 ") else message
        raise RequestError(error.status, message, error.retry) from error


def _too_slow(limits: ServeLimits) -> RequestError:
    return RequestError(503, f"the request took longer than {limits.seconds:g} seconds", retry=1)


def at_most(search: SearchSettings, length: int) -> SearchSettings:
    """The same search with another maximum length."""
    return replace(search, length=length, min_length=min(search.min_length, length))
