"""Repetition penalty: what has been written already becomes less likely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from keras import ops

from zoo.search.processors.processor import Processor, Written


@dataclass(frozen=True)
class RepetitionPenalty(Processor):
    """Divides the logits of tokens that the text or its prime has, where they are positive; else multiplies.

    Keskar et al. 2019, arXiv:1909.05858, section 4.1, with the sign taken into account.

    Args:
        penalty: 1 changes nothing; 1.2 is usual.
    """

    penalty: float = 1.2

    uses_history: ClassVar[bool] = True
    tensors: ClassVar[tuple[str, ...]] = ("penalty",)

    def __call__(self, scores: Any, written: Written) -> Any:
        """See `Processor`."""
        less = ops.where(scores > 0, scores / self.penalty, scores * self.penalty)
        return ops.where(marked(written.history, written.history >= 0, scores.shape[-1]), less, scores)


def marked(tokens: Any, valid: Any, size: int) -> Any:
    """Mark the tokens of each row.

    Args:
        tokens: int `[R, N]`.
        valid: bool `[R, N]`, which of them count.
        size: V.

    Returns:
        bool `[R, V]`.
    """
    rows, count = tokens.shape
    # One column more, for the tokens that do not count.
    places = ops.where(valid, tokens, size) + ops.arange(rows, dtype="int32")[:, None] * (size + 1)
    flat = ops.reshape(places, (rows * count, 1))
    counts = ops.scatter(flat, ops.ones((rows * count,)), (rows * (size + 1),))
    return ops.reshape(counts, (rows, size + 1))[:, :size] > 0
