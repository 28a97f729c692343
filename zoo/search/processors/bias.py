"""Bias: some tokens are made likelier or less likely by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from zoo.search.processors.processor import Processor, Written, chosen


@dataclass(frozen=True)
class Bias(Processor):
    """Adds numbers to the logits of tokens.

    Args:
        tokens: pairs of token and number.
    """

    tokens: tuple[tuple[int, float], ...] = ()

    def __call__(self, scores: Any, written: Written) -> Any:
        """See `Processor`."""
        added = np.zeros(scores.shape[-1], np.float32)  # [V]
        for token, number in self.tokens:
            added[chosen([token], scores.shape[-1], "biased")] += number
        return scores + added
