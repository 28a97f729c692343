"""What a processor is: it changes what the model expects, before a strategy chooses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from zoo.errors import UsageError
from zoo.search.options import Options

NOTHING = -1
"""Stands in a history where no token has been read yet."""


class Written(NamedTuple):
    """What has been written, in R rows, a row a hypothesis.

    Attributes:
        history: int `[R, H]`, the tokens so far, the prime's among them, then `NOTHING`; None where no processor asked.
        read: int, how many there are; the same in every row.
        position: int `[R]`, how many of them do not belong to the prime.
        end: the end token, or None.
    """

    history: Any
    read: Any
    position: Any
    end: int | None


@dataclass(frozen=True)
class Processor(Options):
    """Changes what the model expects. Called inside the compiled loop, in `keras.ops`.

    A processor that forbids gets log-probabilities `[R, V]` and sets some to -inf; the others stay the model's own, and
    so do the scores of texts. Any other processor gets logits `[R, V]` and changes them; the softmax follows.

    Attributes:
        forbids: which of the two it is.
        uses_history: whether it needs `Written.history`.
    """

    forbids: ClassVar[bool] = False
    uses_history: ClassVar[bool] = False

    def __call__(self, scores: Any, written: Written) -> Any:
        """Change the scores.

        Args:
            scores: float32 `[R, V]`, logits or log-probabilities.
            written: what has been written.

        Returns:
            float32 `[R, V]`.
        """
        raise NotImplementedError


def chosen(tokens: Any, size: int, what: str) -> np.ndarray:
    """Mark tokens of a vocabulary.

    Args:
        tokens: their ids.
        size: V.
        what: is said of a token that there is not.

    Returns:
        bool `[V]`.
    """
    marked = np.zeros(size, bool)
    for token in tokens:
        if not 0 <= token < size:
            raise UsageError(f"{what} token {token}: the tokens are 0 to {size - 1}")
        marked[token] = True
    return marked
