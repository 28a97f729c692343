"""The protocol between a search and the model that it drives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

Tokens = Sequence[int] | np.ndarray
"""Token ids of one text."""


class Stepper(Protocol):
    """A model that reads one token at a time and says what it expects next; recurrent or not.

    A state is any nesting of lists, tuples and dictionaries of tensors, each with the batch as its first axis. What an
    encoder left behind, the memory, is no part of it: it is handed to every step, and so a beam search, which moves the
    states of its hypotheses about, leaves the memory where it is.

    A model that attends may have a method `alignment(state)` besides, which gives the alignment `[B, S]` of the last
    step; before the first one it is zero.
    """

    def start(self, rows: int, memory: Any = None) -> Any:
        """Give the state before the first token.

        Args:
            rows: of the batch.
            memory: what an encoder left behind: any nesting of tensors with the batch first; None for a language
                model.

        Returns:
            The state.
        """

    def step(self, tokens: Any, state: Any, memory: Any = None) -> tuple[Any, Any]:
        """Read one token a row.

        Args:
            tokens: int `[B]`.
            state: as `start` or the step before gave it.
            memory: as `start` had it.

        Returns:
            Logits `[B, V]` of the next token, and the new state.
        """
