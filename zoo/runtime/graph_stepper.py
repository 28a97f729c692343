"""A model that steps, as two graphs: `start` and `step`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoo.backend.types import Function
from zoo.errors import ZooError
from zoo.runtime.manifest import Choices
from zoo.runtime.session import Graph

Arrays = list[np.ndarray]


class GraphStepper:
    """Steps (see `zoo.search.Stepper`); memory and state are lists of arrays.

    Args:
        start: gives the first state, of the memory or of the number of rows.
        step: reads a token a row.
        alignment: place of the alignment in the state; None for a model that does not attend.
        name: of the model.
    """

    def __init__(self, start: Function, step: Function, alignment: int | None, name: str) -> None:
        self._start, self._step, self._alignment, self._name = start, step, alignment, name
        self._choosing = step if isinstance(step, Graph) else None
        if alignment is not None:
            self.alignment = self._aligned

    def start(self, rows: int, memory: Sequence[np.ndarray] | None = None) -> Arrays:
        """Give the state before the first token."""
        given = [np.array(rows, np.int32)] if memory is None else memory
        return list(self._start(*given))

    def step(
        self, tokens: np.ndarray, state: Sequence[np.ndarray], memory: Sequence[np.ndarray] | None = None
    ) -> tuple[np.ndarray, Arrays]:
        """Read one token, or frame, a row; gives logits and the new state."""
        logits, after = self._step(tokens, *(memory or ()), *state)
        if logits.ndim != 2 or len(logits) != len(tokens):  # [B, V]
            raise ZooError(f"the graph 'step' of {self._name} is damaged: its logits have the shape {logits.shape}")
        return logits, list(after)

    @property
    def choices(self) -> Choices | None:
        """How a step gives the likeliest tokens in place of logits; None where it does not."""
        return self._choosing.choices if self._choosing is not None else None

    def choose(
        self, count: int, tokens: np.ndarray, state: Sequence[np.ndarray], memory: Sequence[np.ndarray] | None
    ) -> tuple[np.ndarray, np.ndarray, Arrays]:
        """Read one token a row; gives the log-probabilities `[R, count]` of the likeliest tokens in descending order,
        these tokens, and the new state.
        """
        assert self._choosing is not None
        scores, names, after = self._choosing.choose(count, tokens, *(memory or ()), *state)
        return scores, names, list(after)

    def _aligned(self, state: Sequence[np.ndarray]) -> np.ndarray:
        """Where the last step looked, `[B, S]`."""
        if self._alignment is None:
            raise ZooError(f"{self._name} does not attend to its input while it writes")
        return state[self._alignment]
