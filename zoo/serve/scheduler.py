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

Events = Iterator[list[tuple[int, TokenEvent]]]
_numbers = itertools.count()


@dataclass(eq=False)
class Task:
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
        self._waiting: list[Task] = []
        self._streams: list[_Stream] = []
        self._running = 0
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name=f"zoo-serve-{model.name}", daemon=True)

    def start(self) -> None:
        """Start the thread; the event loop of the caller receives what comes of tasks."""
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
        """Tasks that wait or run."""
        return len(self._waiting) + self._running

    def submit(self, tasks: Sequence[Task]) -> None:
        """Let the inputs of a request wait for their turn.

        Raises:
            RequestError: the queue is full (429), or the server is shutting down (503).
        """
        with self._condition:
            if self._closed:
                raise RequestError(503, "the server is shutting down", retry=5)
            if self.pending + len(tasks) > max(self._limits.queue, len(tasks)):
                raise RequestError(429, "too many requests are waiting for this model; try again in a second", retry=1)
            self._waiting += tasks
            self._condition.notify()

    def _run(self) -> None:
        while True:
            tasks = self._next_batch()
            if tasks is None:
                return
            if tasks and tasks[0].stream:
                self._streams.append(_Stream(self._model, tasks, self._metrics))
            elif tasks:
                self._send(self._answer(tasks))
            for stream in list(self._streams):
                self._send(stream.advance())
                if stream.done:
                    self._streams.remove(stream)
            self._running = sum(len(stream.tasks) for stream in self._streams)

    def _next_batch(self) -> list[Task] | None:
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
            expired = [task for task in self._waiting if task.deadline < time.monotonic() or task.cancelled]
            for task in expired:
                self._waiting.remove(task)
            chosen = choose_batch(self._waiting, self._limits.batch)
            for task in chosen:
                self._waiting.remove(task)
            self._running += len(chosen)
        self._send([(task, RequestError(503, TIMED_OUT, retry=1)) for task in expired])
        return chosen

    def _answer(self, tasks: list[Task]) -> list[tuple[Task, Any]]:
        began = time.monotonic()
        first = tasks[0]
        try:
            found = self._model.predict([task.value for task in tasks], first.search, first.align)
        except Exception as error:
            if len(tasks) > 1:  # one input must not fail the others
                return [pair for task in tasks for pair in self._answer([task])]
            return [(first, as_request_error(error))]
        self._metrics.batch(self._model.name, len(tasks), time.monotonic() - began)
        return list(zip(tasks, found, strict=True))

    def _send(self, results: list[tuple[Task, Any]]) -> None:
        if results and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_deliver, results)


class _Stream:
    """Some texts that are generated together."""

    def __init__(self, model: ServedModel, tasks: list[Task], metrics: ServerMetrics) -> None:
        self.tasks, self.done = tasks, False
        self._model, self._metrics = model, metrics
        self._events: Events | None = None
        self._open = len(tasks)

    def advance(self) -> list[tuple[Task, Any]]:
        """Make a step."""
        if all(task.cancelled for task in self.tasks):
            self.done = True
            return []
        try:
            if self._events is None:
                first = self.tasks[0]
                self._events = self._model.stream(
                    [task.value for task in self.tasks],
                    [task.seed for task in self.tasks],
                    first.search,
                    first.alternatives,
                )
            events = next(self._events, None)
        except Exception as error:
            self.done = True
            failure = as_request_error(error)
            return [(task, failure) for task in self.tasks]
        if events is None:
            self.done = True
            return []
        self._metrics.tokens(self._model.name, len(events))
        return [(self.tasks[row], event) for row, event in events]


def choose_batch(waiting: Sequence[Task], size: int) -> list[Task]:
    """Choose what is answered next: the task that has waited longest, and those most like it.

    Args:
        waiting: in the order of their arrival.
        size: of a batch, at most.
    """
    if not waiting:
        return []
    first = waiting[0]
    alike = [task for task in waiting if task.key == first.key and _alike(task.size, first.size)]
    alike.sort(key=lambda task: abs(task.size - first.size))  # stable: the first stays first
    return alike[:size]


def _alike(one: int, other: int) -> bool:
    return abs(one - other) <= max(ALIKE, min(one, other))


def _deliver(results: list[tuple[Task, Any]]) -> None:
    for task, result in results:
        if not task.cancelled:
            task.receive(result)


def as_request_error(error: Exception) -> RequestError:
    """What a client is told of an error: of its input, if it is about that."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, ZooError):
        return RequestError(422, str(error))
    traceback.print_exception(error, file=sys.stderr)
    return RequestError(500, "the model failed on this request")
