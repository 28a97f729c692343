"""How long a training has taken, and how fast it is."""

from __future__ import annotations

import time


class Throughput:
    """Measures training steps.

    A step that makes a graph for a new shape is start-up, and counts nowhere: no budget of time pays for it.

    Attributes:
        elapsed: seconds of training in this and earlier sessions, without evaluations and start-up.
    """

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.reset()

    def reset(self) -> None:
        """Start new averages, as after an evaluation."""
        self._seconds = self._waited = self._tokens = 0.0

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
        seconds = time.perf_counter() - began
        self.elapsed += seconds
        self._seconds += seconds
        self._waited += waited - waited_before
        self._tokens += tokens

    @property
    def tokens_per_second(self) -> float:
        """Weighted targets per second since `reset`."""
        return self._tokens / self._seconds if self._seconds else 0.0

    @property
    def waiting(self) -> float:
        """Share of the time since `reset` that was spent waiting for data, 0 to 1."""
        return self._waited / self._seconds if self._seconds else 0.0
