"""Forced tokens stand at fixed places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from keras import ops

from zoo.errors import UsageError
from zoo.search.processors.processor import Processor, Written, chosen


@dataclass(frozen=True)
class Forced(Processor):
    """Forbids all tokens but one at some places; a text that ends before such a place is none the worse for it.

    Args:
        tokens: pairs of place (0 is the first after the prime) and token.
    """

    tokens: tuple[tuple[int, int], ...] = ()

    forbids: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if len({place for place, _ in self.tokens}) < len(self.tokens):
            raise UsageError("forced: two tokens are to stand in one place")

    def __call__(self, scores: Any, written: Written) -> Any:
        """See `Processor`."""
        for place, token in self.tokens:
            others = ~chosen([token], scores.shape[-1], "forced")  # [V]
            here = ops.equal(written.position, place)  # [R]
            scores = ops.where(ops.logical_and(here[:, None], others), -float("inf"), scores)
        return scores
