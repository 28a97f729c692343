"""Sampling: tokens are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from zoo.errors import UsageError
from zoo.search.greedy import likeliest
from zoo.search.noise import gumbel
from zoo.search.strategy import StepContext, Strategy
from zoo.search.truncation import min_p, top_k, top_p, typical


@dataclass(frozen=True)
class Sample(Strategy):
    """Draws each token from the softmax at a temperature, among the tokens that truncation leaves.

    Where several truncations are on, each works on what the one before left, in the order of the arguments.

    Args:
        temperature: log-probabilities are divided by it; 0 takes the likeliest token.
        top_k: how many of the likeliest tokens are left (Fan et al. 2018); 0: all.
        top_p: probability of the likeliest tokens that are left, together (Holtzman et al. 2020); 0 or 1: all.
        min_p: share of the largest probability that a token needs (Nguyen et al. 2024); 0: none.
        typical: probability of the most typical tokens, together (Meister et al. 2023); 0 or 1: all.

    Raises:
        UsageError: an option is out of its range.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 0.0
    min_p: float = 0.0
    typical: float = 0.0

    tensors: ClassVar[tuple[str, ...]] = ("temperature", "top_k", "top_p", "min_p", "typical")

    def __post_init__(self) -> None:
        if not self.temperature >= 0:
            raise UsageError(f"temperature={self.temperature}: it must be at least 0")
        if self.top_k < 0:
            raise UsageError(f"top_k={self.top_k}: it must be at least 0")
        for name in ("top_p", "min_p", "typical"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name}={getattr(self, name)}: it must be from 0 to 1")

    def choose(self, context: StepContext) -> tuple[Any, Any]:
        """See `Strategy.choose`."""
        scores = context.scores[:, 0]  # [B, V]
        if not self.on("temperature"):
            return likeliest(scores)[:, None], None
        scores = scores / self.temperature
        truncations = {"top_k": top_k, "top_p": top_p, "min_p": min_p, "typical": typical}
        for name, truncate in truncations.items():
            if self.on(name):
                scores = truncate(scores, getattr(self, name))
        return likeliest(scores + gumbel(context.seeds, context.position, scores.shape[-1]))[:, None], None
