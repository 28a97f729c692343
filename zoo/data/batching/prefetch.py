"""Prepares batches in a background thread."""

from __future__ import annotations

import queue
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

_LOOK = 0.1  # seconds between checks whether the consumer is gone
_END = object()


class Prefetch(Generic[Item]):
    """Iterates over items that a background thread prepares.

    An exception of the source is raised in place of its item. The thread ends with the source, with `close`, when this
    object is garbage-collected, or with the process.

    Args:
        source: iterated in the thread; do not use it elsewhere meanwhile.
        depth: how many items to keep ready.
    """

    def __init__(self, source: Iterable[Item], depth: int = 4) -> None:
        self.waited = 0.0
        """Seconds that the consumer has waited for items: near zero if the data keeps up with the model."""
        self._ready: queue.Queue[object] = queue.Queue(depth)
        self._gone = threading.Event()
        self._finished = False
        # The thread must not reference this object, or the object could never be garbage-collected.
        self._thread = threading.Thread(
            target=_fill, args=(source, self._ready, self._gone), name="zoo-prefetch", daemon=True
        )
        self._end = weakref.finalize(self, _stop, self._ready, self._gone, self._thread)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        if self._finished:
            raise StopIteration
        began = time.perf_counter()
        item = self._ready.get()
        self.waited += time.perf_counter() - began
        if item is _END:
            self.close()
            raise StopIteration
        if isinstance(item, _Failure):
            self.close()
            raise item.error
        return item  # type: ignore[return-value]

    def close(self) -> None:
        """End the thread."""
        self._finished = True
        self._end()

    def __enter__(self) -> Prefetch[Item]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _fill(source: Iterable[Item], ready: queue.Queue[object], gone: threading.Event) -> None:
    """Run in the thread: queue items until the source ends or fails, or the consumer is gone."""
    try:
        for item in source:
            if not _put(item, ready, gone):
                return
    except BaseException as error:  # any error must reach the consumer
        _put(_Failure(error), ready, gone)
    else:
        _put(_END, ready, gone)


def _put(item: object, ready: queue.Queue[object], gone: threading.Event) -> bool:
    while not gone.is_set():
        try:
            ready.put(item, timeout=_LOOK)
        except queue.Full:
            continue
        return True
    return False


def _stop(ready: queue.Queue[object], gone: threading.Event, thread: threading.Thread) -> None:
    gone.set()
    while True:  # make room, so that a waiting thread wakes at once
        try:
            ready.get_nowait()
        except queue.Empty:
            break
    if thread is not threading.current_thread():
        thread.join(timeout=1)  # a hanging source must not block the program
