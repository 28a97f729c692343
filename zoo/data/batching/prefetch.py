"""Make batches in the background while the model works."""

from __future__ import annotations

import queue
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

_LOOK = 0.1  # seconds between looks at whether the consumer has gone
_END = object()


class Prefetch(Generic[Item]):
    """Iterates over items that a background thread keeps ready.

    An exception of the source is raised where its item would have come. The thread ends with the source, with
    `close`, when nobody holds this object any more, or with the process.

    Args:
        source: what to read, in a thread of its own; nobody else may use it meanwhile.
        depth: how many items to keep ready.
    """

    def __init__(self, source: Iterable[Item], depth: int = 4) -> None:
        self.waited = 0.0
        """Seconds that the consumer has waited for items: near zero where the data keeps up with the model."""
        self._ready: queue.Queue[object] = queue.Queue(depth)
        self._gone = threading.Event()
        self._finished = False
        # The thread must not hold this object, or it would never be seen to be abandoned.
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
        """End the thread; no more items come."""
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
    """The thread: put items until the source ends, fails, or nobody wants them."""
    try:
        for item in source:
            if not _put(item, ready, gone):
                return
    except BaseException as error:  # whatever it is, the consumer has to know
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
    while True:  # make room, so that a thread that waits for some wakes at once
        try:
            ready.get_nowait()
        except queue.Empty:
            break
    if thread is not threading.current_thread():
        thread.join(timeout=1)  # a source that hangs in a read must not hang the program
