"""The protocol between a search and the model that it drives."""

from __future__ import annotations

from typing import Any, Protocol


class Stepper(Protocol):
    """A model that reads one token at a time and says what it expects next; recurrent or not.

    A state is any nesting of lists, tuples and dictionaries of tensors, each with the batch as its first axis.
    """

    def start(self, rows: int, memory: Any = None) -> Any:
        """Give the state before the first token.

        Args:
            rows: of the batch.
            memory: what an encoder left behind, `[B, S, D]` or any nesting of it; None for a language model.

        Returns:
            The state.
        """

    def step(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Read one token a row.

        Args:
            tokens: int `[B]`.
            state: as `start` or the step before gave it.

        Returns:
            Logits `[B, V]` of the next token, and the new state.
        """
