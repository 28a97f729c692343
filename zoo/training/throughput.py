"""How long a training has taken, and how fast it is."""

from __future__ import annotations

import time


class Throughput:
    """Measures a training and its steps.

    A step that makes a graph for a new shape says nothing of the speed, and does not count there.

    Args:
        began: when the command began, by `time.perf_counter`; now by default.

    Attributes:
        earlier: seconds of earlier sessions of the run.
        seconds_per_step: mean over the last steps; 0 before the first.
    """

    def __init__(self, began: float | None = None) -> None:
        self._began = time.perf_counter() if began is None else began
        self.earlier = self.seconds_per_step = 0.0
        self.reset()

    @property
    def elapsed(self) -> float:
        """Seconds of this and earlier sessions, start-up and evaluations included."""
        return self.earlier + time.perf_counter() - self._began

    def reset(self) -> None:
        """Start new averages, as after an evaluation."""
        self._steps, self._seconds, self._waited, self._tokens = 0, 0.0, 0.0, 0.0

    def begin_step(self, waited: float, traces: int) -> None:
        """Start the clock of a step.

        Args:
            waited: seconds that the trainer has waited for data so far.
            traces: graphs made so far.
        """
        self._start = (time.perf_counter(), waited, traces)

    def end_step(self, waited: float, traces: int, tokens: float) -> None:
        """Stop the clock of a step.

        Args:
            waited: as for `begin_step`.
            traces: as for `begin_step`.
            tokens: weight of the step's targets.
        """
        began, waited_before, traces_before = self._start
        if traces != traces_before:
            return
        self._seconds += time.perf_counter() - began
        self._steps += 1
        self._waited += waited - waited_before
        self._tokens += tokens
        self.seconds_per_step = self._seconds / self._steps

    @property
    def tokens_per_second(self) -> float:
        """Weighted targets per second since `reset`."""
        return self._tokens / self._seconds if self._seconds else 0.0

    @property
    def waiting(self) -> float:
        """Share of the time since `reset` that was spent waiting for data, 0 to 1."""
        return self._waited / self._seconds if self._seconds else 0.0
