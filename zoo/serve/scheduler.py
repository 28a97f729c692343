"""Puts waiting requests together: one thread a model, which batches inputs of similar lengths."""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
import time
import traceback
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zoo.errors import ZooError
from zoo.serve.errors import RequestError
from zoo.serve.token_stream import TokenEvent

if TYPE_CHECKING:
    from zoo.serve.limits import ServeLimits
    from zoo.serve.metrics import ServerMetrics
    from zoo.serve.raw_inputs import RawInput
    from zoo.serve.served_model import ServedModel
    from zoo.settings import SearchSettings

ALIKE = 16
"""Lengths that differ by less are alike, whatever their ratio."""
TIMED_OUT = "the model did not get to this request in time; try again later"

Result = dict[str, object] | TokenEvent | RequestError
"""What comes of a job: an answer, a token of one, or an error."""
Events = Iterator[list[tuple[int, TokenEvent]]]
_numbers = itertools.count()


@dataclass(eq=False)
class Job:
    """One input of a request, waiting for its turn.

    Attributes:
        value: the raw input.
        search: settings of the search.
        size: length of the input, by which inputs are batched.
        deadline: by `time.monotonic`; later it is not begun.
        receive: is called in the event loop with what comes of it: an answer, token events, or an error.
        stream: whether it is answered token by token.
        align: whether to say where the model looked.
        seed: of what is drawn.
        alternatives: how many other tokens to tell of each.
        alone: whether it must not be answered with others, because it draws by its place among them.
        cancelled: whether the client has gone.
    """

    value: RawInput
    search: SearchSettings
    size: int
    deadline: float
    receive: Callable[[Any], None]
    stream: bool = False
    align: bool = False
    seed: int = 0
    alternatives: int = 0
    alone: bool = False
    cancelled: bool = False
    arrived: float = field(default_factory=time.monotonic)
    key: Hashable = None

    def __post_init__(self) -> None:
        options = tuple((name, tuple(v) if isinstance(v, list) else v) for name, v in vars(self.search).items())
        number = next(_numbers) if self.alone else None
        self.key = (self.stream, self.align, self.alternatives, options, number)


class Scheduler:
    """Answers the requests to one model in a thread of its own.

    Several texts that are generated take turns, a step each, and waiting requests are answered in between.

    Args:
        model: answers.
        limits: size and delay of a batch, length of the queue.
        metrics: counts batches and tokens.
    """

    def __init__(self, model: ServedModel, limits: ServeLimits, metrics: ServerMetrics) -> None:
        self._model, self._limits, self._metrics = model, limits, metrics
        self._condition = threading.Condition()
        self._waiting: list[Job] = []
        self._streams: list[_Stream] = []
        self._running = 0
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name=f"zoo-serve-{model.name}", daemon=True)

    def start(self) -> None:
        """Start the thread; the event loop of the caller receives what comes of jobs."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def close(self) -> None:
        """Answer what is waiting, and end the thread."""
        with self._condition:
            self._closed = True
            self._condition.notify()
        self._thread.join()

    @property
    def pending(self) -> int:
        """Jobs that wait or run."""
        return len(self._waiting) + self._running

    def submit(self, jobs: Sequence[Job]) -> None:
        """Let the inputs of a request wait for their turn.

        Raises:
            RequestError: the queue is full (429), or the server is shutting down (503).
        """
        with self._condition:
            if self._closed:
                raise RequestError(503, "the server is shutting down", retry=5)
            if self.pending + len(jobs) > max(self._limits.queue, len(jobs)):
                raise RequestError(429, "too many requests are waiting for this model; try again in a second", retry=1)
            self._waiting += jobs
            self._condition.notify()

    def _run(self) -> None:
        while True:
            jobs = self._next_batch()
            if jobs is None:
                return
            if jobs and jobs[0].stream:
                self._streams.append(_Stream(self._model, jobs, self._metrics))
            elif jobs:
                self._send(self._answer(jobs))
            for stream in list(self._streams):
                self._send(stream.advance())
                if stream.done:
                    self._streams.remove(stream)
                    self._streams += stream.parts
            self._running = sum(not job.cancelled for stream in self._streams for job in stream.jobs)

    def _next_batch(self) -> list[Job] | None:
        """The next inputs to answer together; empty where streams go on; None at the end."""
        with self._condition:
            while not self._waiting and not self._streams:
                if self._closed:
                    return None
                self._condition.wait()
            if self._waiting and not self._streams and not self._closed:
                end = self._waiting[0].arrived + self._limits.delay
                while len(self._waiting) < self._limits.batch and (left := end - time.monotonic()) > 0:
                    self._condition.wait(left)
            expired = [job for job in self._waiting if job.deadline < time.monotonic() or job.cancelled]
            for job in expired:
                self._waiting.remove(job)
            chosen = choose_batch(self._waiting, self._limits.batch)
            for job in chosen:
                self._waiting.remove(job)
            self._running += len(chosen)
        self._send([(job, RequestError(503, TIMED_OUT, retry=1)) for job in expired])
        return chosen

    def _answer(self, jobs: list[Job]) -> list[tuple[Job, Result]]:
        began = time.monotonic()
        first = jobs[0]
        try:
            found = self._model.predict([job.value for job in jobs], first.search, first.align)
        except Exception as error:
            if len(jobs) > 1:  # one input must not fail the others
                return [pair for job in jobs for pair in self._answer([job])]
            return [(first, as_request_error(error))]
        self._metrics.batch(self._model.name, len(jobs), time.monotonic() - began)
        return list(zip(jobs, found, strict=True))

    def _send(self, results: list[tuple[Job, Result]]) -> None:
        if results and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_deliver, results)


class _Stream:
    """Some texts that are generated together.

    Attributes:
        done: whether all of them are complete.
        parts: what takes its place, where one of several inputs cannot be answered: a stream of each.
    """

    def __init__(self, model: ServedModel, jobs: list[Job], metrics: ServerMetrics) -> None:
        self.jobs, self.done = jobs, False
        self.parts: list[_Stream] = []
        self._model, self._metrics = model, metrics
        self._events: Events | None = None
        self._begun = False

    def advance(self) -> list[tuple[Job, Result]]:
        """Make a step."""
        if all(job.cancelled for job in self.jobs):
            self.done = True
            return []
        try:
            if self._events is None:
                first = self.jobs[0]
                self._events = self._model.stream(
                    [job.value for job in self.jobs],
                    [job.seed for job in self.jobs],
                    first.search,
                    first.alternatives,
                )
            events = next(self._events, None)
        except Exception as error:
            self.done = True
            if len(self.jobs) > 1 and not self._begun:
                self.parts = [_Stream(self._model, [job], self._metrics) for job in self.jobs]
                return []
            failure = as_request_error(error)
            return [(job, failure) for job in self.jobs]
        if events is None:
            self.done = True
            return []
        self._begun = self._begun or bool(events)
        self._metrics.tokens(self._model.name, len(events))
        return [(self.jobs[row], event) for row, event in events]


def choose_batch(waiting: Sequence[Job], size: int) -> list[Job]:
    """Choose what is answered next: the job that has waited longest, and those most like it.

    Args:
        waiting: in the order of their arrival.
        size: of a batch, at most.
    """
    if not waiting:
        return []
    first = waiting[0]
    alike = [job for job in waiting if job.key == first.key and _alike(job.size, first.size)]
    alike.sort(key=lambda job: abs(job.size - first.size))  # stable: the first stays first
    return alike[:size]


def _alike(one: int, other: int) -> bool:
    return abs(one - other) <= max(ALIKE, min(one, other))


def _deliver(results: list[tuple[Job, Result]]) -> None:
    for job, result in results:
        if not job.cancelled:
            job.receive(result)


def as_request_error(error: Exception) -> RequestError:
    """The error that a client sees: 422 if its input is to blame, otherwise 500."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, ZooError):
        return RequestError(422, str(error))
    traceback.print_exception(error, file=sys.stderr)
    return RequestError(500, "the model failed on this request")
