"""Sampling: tokens are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zoo.backend.types import Tensor
from zoo.search.greedy import likeliest
from zoo.search.limits import check_number, set_whole
from zoo.search.noise import gumbel
from zoo.search.strategy import StepContext, Strategy
from zoo.search.truncation import min_p, top_k, top_p, typical

MIN_TEMPERATURE, MAX_TEMPERATURE = 1e-6, 1e6
"""Beyond these, quotients of log-probabilities are no longer finite as float32 numbers."""
MAX_TOP_K = 1 << 31


@dataclass(frozen=True)
class Sample(Strategy):
    """Draws each token from the softmax at a temperature, among the tokens that truncation keeps.

    Several truncations are applied one after the other, in the order of the arguments.

    Args:
        temperature: divides log-probabilities; 0 takes the likeliest token.
        top_k: how many of the likeliest tokens to keep (Fan et al. 2018); 0: all.
        top_p: total probability of the likeliest tokens to keep (Holtzman et al. 2020); 0 or 1: all.
        min_p: fraction of the largest probability that a token needs (Nguyen et al. 2024); 0: none.
        typical: total probability of the most typical tokens to keep (Meister et al. 2023); 0 or 1: all.

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
        if check_number("temperature", self.temperature, 0, MAX_TEMPERATURE):
            check_number("temperature", self.temperature, MIN_TEMPERATURE, MAX_TEMPERATURE)
        set_whole(self, "top_k", 0, MAX_TOP_K)
        for name in ("top_p", "min_p", "typical"):
            check_number(name, getattr(self, name), 0, 1)

    def choose(self, context: StepContext) -> tuple[Tensor, None]:
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
