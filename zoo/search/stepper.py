"""The protocol between a search and the model that it drives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from zoo.backend.array_namespace import leaves
from zoo.backend.types import Nest, Tensor

Tokens = Sequence[int] | np.ndarray
"""Token ids of one text."""


class Stepper(Protocol):
    """A model, recurrent or not, that reads one token at a time and predicts the next.

    A state is any nesting of lists, tuples and dictionaries of tensors, each with the batch as its first axis. The the
    encoder's output is not part of the state: it is passed to every step, so a beam search, which reorders the states
    of its hypotheses, leaves the memory where it is.

    A model that attends may also have the method of `AttendingStepper`; before the first step the alignment is zero.
    """

    def start(self, rows: int, memory: Nest | None = None) -> Nest:
        """Return the state before the first token.

        Args:
            rows: B, of the batch.
            memory: the encoder's output: any nesting of tensors with the batch first; None for a language model.

        Returns:
            The state.
        """

    def step(self, tokens: Tensor, state: Nest, memory: Nest | None = None) -> tuple[Tensor, Nest]:
        """Read one token a row.

        Args:
            tokens: int `[B]`.
            state: what `start` or the previous step returned.
            memory: what `start` was given.

        Returns:
            Logits `[B, V]` of the next token, and the new state.
        """


class AttendingStepper(Stepper, Protocol):
    """A stepper that says where it looked."""

    def alignment(self, state: Nest) -> Tensor:
        """Return the alignment `[B, S]` of the last step, from the state after it."""


class ChoosingStepper(Stepper, Protocol):
    """A stepper that finds the likeliest tokens by itself."""

    def choose(self, count: int, tokens: Tensor, state: Nest, memory: Nest | None) -> tuple[Tensor, Tensor, Nest]:
        """Read one token a row.

        Args:
            count: k.
            tokens: int `[B]`.
            state: what `start` or the previous step returned.
            memory: what `start` was given.

        Returns:
            Log-probabilities `[B, k]` of the likeliest next tokens, in descending order; these tokens, int `[B, k]`;
            and the new state.
        """


def vocabulary_of(model: Stepper, state: Nest, memory: Nest | None) -> int:
    """Return the size of a model's vocabulary, from a step on token 0.

    Args:
        model: the stepper.
        state: one that it takes, at least one tensor of B rows; or an empty one for a single row.
        memory: as `start` was given it.
    """
    from keras import ops

    shapes = [leaf.shape for leaf in leaves(state) if leaf is not None and len(leaf.shape)]
    tokens = ops.zeros((shapes[0][0] if shapes else 1,), "int32")
    logits, _ = model.step(tokens, state) if memory is None else model.step(tokens, state, memory=memory)
    return int(logits.shape[-1])
