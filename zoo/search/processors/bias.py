"""Bias makes some tokens more or less likely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoo.backend.types import Tensor
from zoo.search.limits import check_number, check_tokens
from zoo.search.processors.processor import Processor, Written, mark_tokens

MAX_BIAS = 1e6


@dataclass(frozen=True)
class Bias(Processor):
    """Adds numbers to the logits of tokens.

    Args:
        tokens: pairs of token and number.

    Raises:
        UsageError: a number is not finite, or too large.
    """

    tokens: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        check_tokens([token for token, _ in self.tokens], "bias")
        for _, number in self.tokens:
            check_number("bias", number, -MAX_BIAS, MAX_BIAS)

    def __call__(self, scores: Tensor, written: Written) -> Tensor:
        """See `Processor`."""
        added = np.zeros(scores.shape[-1], np.float32)  # [V]
        for token, number in self.tokens:
            added[mark_tokens([token], scores.shape[-1], "biased")] += number
        return scores + added
