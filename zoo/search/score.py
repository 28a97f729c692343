"""How probable a given text is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Score:
    """How probable a text is.

    Attributes:
        tokens: float32 `[n]`, the log-probability of each token, the end token's last where there is one.
    """

    tokens: np.ndarray

    @property
    def total(self) -> float:
        """The log-probability of the text, natural."""
        return float(np.sum(self.tokens, dtype=np.float64))

    @property
    def perplexity(self) -> float:
        """Of a token; 1 for an empty text."""
        return math.exp(min(-self.total / max(1, len(self.tokens)), 700.0))
