"""How several workers make the same decisions."""

from __future__ import annotations

import hashlib
import time
from signal import SIGINT
from typing import TYPE_CHECKING

from zoo.errors import ZooError
from zoo.training.interrupt import Interrupt

if TYPE_CHECKING:
    from zoo.training.callbacks import Callbacks
    from zoo.training.engines.engine import Engine

# Seconds between two exchanges, each of which takes as long as a small step.
INTERVAL = 0.5


class WorkerAgreement:
    """Shares the chief's clock, and any worker's wish to stop, among all workers.

    A single process decides alone.

    Args:
        engine: which connects the workers.
        callbacks: of this process, which may ask to stop.

    Attributes:
        interrupt: notes signals to this process.
    """

    def __init__(self, engine: Engine, callbacks: Callbacks) -> None:
        self._engine, self._callbacks = engine, callbacks
        self.interrupt = Interrupt()
        self._alone = engine.cluster.workers == 1
        self._interrupted = self._stop = False
        self._next_step, self._last_step, self._last_time = 0, 0, 0.0

    @property
    def interrupted(self) -> bool:
        """Whether a worker has received a signal, as known to all workers."""
        return bool(self.interrupt.signal) if self._alone else self._interrupted

    @property
    def stopped_by_callback(self) -> bool:
        """Whether a callback has requested a stop, as known to all workers."""
        return self._callbacks.stop if self._alone else self._stop

    def abandon_evaluation(self) -> bool:
        """Say whether to abandon an evaluation now: workers evaluate together, so none of them gives up alone."""
        return self._alone and bool(self.interrupt.signal)

    def check_same_start(self, *parts: object) -> None:
        """Refuse to train where the workers would not take the same steps.

        Args:
            parts: all that decides what the steps are; their texts are compared.

        Raises:
            ZooError: they differ between workers.
        """
        if self._alone:
            return
        text = " ".join(map(str, parts))
        mark = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")
        if self._engine.all_reduce([mark]) != [mark * self._engine.cluster.workers]:
            raise ZooError("the workers were started with different settings, data or checkpoints")

    def is_due(self, step: int) -> bool:
        """Say whether the workers exchange after this step."""
        return step >= self._next_step

    def exchange(self, step: int, elapsed: float) -> float:
        """Share clock and wishes; each worker must call this at the same point.

        The chief also decides after how many steps the workers exchange again, from how long the last steps took.

        Args:
            step: optimiser steps taken.
            elapsed: seconds of training by this worker's clock.

        Returns:
            Seconds of training by the chief's clock.
        """
        if self._alone:
            return elapsed
        # Two exchanges at one step, as at the end of an epoch, do not show how long steps take; the next one will.
        steps = max(1.0, INTERVAL * (step - self._last_step) // (time.perf_counter() - self._last_time))
        mine = [elapsed, steps] if self._engine.cluster.is_chief else [0.0, 0.0]
        mine += [float(self.interrupt.signal), float(self._callbacks.stop)]
        elapsed, steps, signals, stops = self._engine.all_reduce(mine)
        self._next_step, self._last_step, self._last_time = step + int(steps), step, time.perf_counter()
        self._interrupted, self._stop = signals > 0, stops > 0
        if self._interrupted and not self.interrupt.signal:
            self.interrupt.signal = SIGINT
        return elapsed
