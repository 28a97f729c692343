"""A model that steps, as two graphs: `start` and `step`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoo.errors import ZooError
from zoo.topology.inference import Function

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

    def _aligned(self, state: Sequence[np.ndarray]) -> np.ndarray:
        """Where the last step looked, `[B, S]`."""
        if self._alignment is None:
            raise ZooError(f"{self._name} does not attend to its input while it writes")
        return state[self._alignment]
