"""Repetition penalty: tokens that are already in the text become less likely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zoo.backend.array_namespace import array_namespace
from zoo.backend.types import Tensor
from zoo.search.limits import check_number
from zoo.search.processors.processor import Processor, Written

MAX_REPETITION_PENALTY = 1e6


@dataclass(frozen=True)
class RepetitionPenalty(Processor):
    """Divides the logits of tokens that the text or its prime already has, where they are positive; else multiplies.

    Keskar et al. 2019, arXiv:1909.05858, section 4.1, with the sign taken into account.

    Args:
        penalty: 1 changes nothing; 1.2 is usual.

    Raises:
        UsageError: the penalty is not a positive number.
    """

    penalty: float = 1.2

    uses_history: ClassVar[bool] = True
    tensors: ClassVar[tuple[str, ...]] = ("penalty",)

    def __post_init__(self) -> None:
        check_number("repetition_penalty", self.penalty, 1 / MAX_REPETITION_PENALTY, MAX_REPETITION_PENALTY)

    def __call__(self, scores: Tensor, written: Written) -> Tensor:
        """See `Processor`."""
        ops = array_namespace(scores)
        less = ops.where(scores > 0, scores / self.penalty, scores * self.penalty)
        return ops.where(marked(written.history, written.history >= 0, scores.shape[-1]), less, scores)


def marked(tokens: Tensor, valid: Tensor, size: int) -> Tensor:
    """Mark the tokens of each row.

    Args:
        tokens: int `[R, N]`.
        valid: bool `[R, N]`, which of them count.
        size: V.

    Returns:
        bool `[R, V]`.
    """
    ops, (rows, count) = array_namespace(tokens), tokens.shape
    # One column more, for the tokens that do not count.
    places = ops.where(valid, tokens, size) + ops.arange(rows, dtype="int32")[:, None] * (size + 1)
    flat = ops.reshape(places, (rows * count, 1))
    counts = ops.scatter(flat, ops.ones((rows * count,)), (rows * (size + 1),))
    return ops.reshape(counts, (rows, size + 1))[:, :size] > 0
