"""Signals that ask a training to save and stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TypeAlias

Handler: TypeAlias = Callable[[int, FrameType | None], object] | int | signal.Handlers | None

# Of a terminal that is closed; Windows has none.
HANGUP = getattr(signal, "SIGHUP", None)
SIGNALS = tuple(number for number in (signal.SIGINT, signal.SIGTERM, HANGUP) if number is not None)


class Interrupt:
    """Inside this context SIGINT, SIGTERM and SIGHUP set a flag instead of ending the process.

    A second SIGINT or SIGTERM ends it at once. A second SIGHUP does not: both the shell and the kernel send one when a
    terminal is closed. Where SIGHUP was ignored, as under `nohup`, it stays ignored. Only the main thread can catch
    signals; in any other this context does nothing.

    Attributes:
        signal: number of the signal that was caught, or 0.
    """

    def __init__(self) -> None:
        self.signal = 0
        self._handlers: dict[int, Handler] = {}

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if number != HANGUP or signal.getsignal(number) is not signal.SIG_IGN:
                    self._handlers[number] = signal.signal(number, self._catch)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _catch(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.signal = number
        if number != HANGUP:
            # The previous handler gets the next one, so that an impatient user is obeyed.
            signal.signal(number, self._handlers[number])
