"""Forced tokens appear at fixed positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zoo.backend.array_namespace import array_namespace
from zoo.backend.types import Tensor
from zoo.errors import UsageError
from zoo.search.limits import MAX_LENGTH, check_tokens, check_whole
from zoo.search.processors.processor import Processor, Written, mark_tokens


@dataclass(frozen=True)
class Forced(Processor):
    """Forbids all tokens but one at some positions; a text may end before such a position.

    Args:
        tokens: pairs of position (0 is the first after the prime) and token.

    Raises:
        UsageError: a position is out of range, or given twice.
    """

    tokens: tuple[tuple[int, int], ...] = ()

    forbids: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_tokens([token for _, token in self.tokens], "forced")
        places = [check_whole("forced position", place, 0, MAX_LENGTH) for place, _ in self.tokens]
        if len(set(places)) < len(places):
            raise UsageError("forced: two tokens have the same position")

    def __call__(self, scores: Tensor, written: Written) -> Tensor:
        """See `Processor`."""
        ops = array_namespace(scores)
        for place, token in self.tokens:
            others = ~mark_tokens([token], scores.shape[-1], "forced")  # [V]
            here = ops.equal(written.position, place)  # [R]
            scores = ops.where(ops.logical_and(here[:, None], others), -float("inf"), scores)
        return scores
