"""Signals that ask a training to save and stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TypeAlias

Handler: TypeAlias = Callable[[int, FrameType | None], object] | int | signal.Handlers | None


class Interrupt:
    """Inside this context SIGINT and SIGTERM set a flag instead of ending the process; a second one ends it at once.

    Only the main thread can catch signals; in any other this context does nothing.

    Attributes:
        signal: number of the signal that was caught, or 0.
    """

    def __init__(self) -> None:
        self.signal = 0
        self._handlers: dict[int, Handler] = {}

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._handlers[number] = signal.signal(number, self._catch)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _catch(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.signal = number
        # The previous handler gets the next one, so that an impatient user is obeyed.
        signal.signal(number, self._handlers[number])
