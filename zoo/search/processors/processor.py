"""A processor changes the model's predictions before a strategy chooses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from zoo.backend.types import Tensor
from zoo.errors import UsageError
from zoo.search.options import Options

NOTHING = -1
"""Fills a history where no token has been read yet."""


class Written(NamedTuple):
    """The tokens generated so far, in R rows, one per hypothesis.

    Attributes:
        history: int `[R, H]`, the tokens so far, including the prime, then `NOTHING`; None where no processor needs it.
        read: int, how many tokens the history has; the same in every row.
        position: int `[R]`, how many of them come after the prime.
        end: the end token, or None.
    """

    history: Tensor
    read: Tensor
    position: Tensor
    end: int | None


@dataclass(frozen=True)
class Processor(Options):
    """Changes the model's predictions. Called inside the compiled loop, in `keras.ops`.

    A processor that forbids gets log-probabilities `[R, V]` and sets some to -inf; the others, and so the scores of
    texts, stay the model's own. Any other processor gets logits `[R, V]` and changes them before the softmax.

    Attributes:
        forbids: which of the two it is.
        uses_history: whether it needs `Written.history`.
    """

    forbids: ClassVar[bool] = False
    uses_history: ClassVar[bool] = False

    def __call__(self, scores: Tensor, written: Written) -> Tensor:
        """Change the scores.

        Args:
            scores: float32 `[R, V]`, logits or log-probabilities.
            written: the tokens generated so far.

        Returns:
            float32 `[R, V]`.
        """
        raise NotImplementedError


def mark_tokens(tokens: Iterable[int], size: int, what: str) -> np.ndarray:
    """Mark tokens of a vocabulary.

    Args:
        tokens: their ids.
        size: V.
        what: names the option, for the message.

    Returns:
        bool `[V]`.

    Raises:
        UsageError: a token is outside the vocabulary.
    """
    marked = np.zeros(size, bool)
    for token in tokens:
        if not 0 <= token < size:
            raise UsageError(f"{what} token {token}: the tokens are 0 to {size - 1}")
        marked[token] = True
    return marked
