"""No-repeat n-gram: no sequence of n tokens appears in a text twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zoo.backend.array_namespace import array_namespace
from zoo.backend.types import Tensor
from zoo.search.limits import MAX_LENGTH, set_whole
from zoo.search.processors.processor import Processor, Written
from zoo.search.processors.repetition_penalty import marked


@dataclass(frozen=True)
class NoRepeat(Processor):
    """Forbids a token that would complete an n-gram that the text or its prime already has.

    Paulus et al. 2017, arXiv:1705.04304, section 2.5, for any n.

    Args:
        size: n.
    """

    size: int = 3

    forbids: ClassVar[bool] = True
    uses_history: ClassVar[bool] = True

    def __post_init__(self) -> None:
        set_whole(self, "size", 1, MAX_LENGTH, name="no_repeat")

    def __call__(self, scores: Tensor, written: Written) -> Tensor:
        """See `Processor`."""
        ops, history, before = array_namespace(scores), written.history, self.size - 1
        starts = history.shape[1] - before
        if starts < 1:  # a history as short as that has no n tokens
            return scores
        following = history[:, before:]  # [R, starts]: the token after each `before` tokens
        matches = following >= 0
        for step in range(before):
            # While fewer than n - 1 tokens have been read, nothing follows them anywhere.
            place = ops.maximum(written.read - before + step, 0)
            last = ops.take(history, place, axis=1)  # [R]
            matches = ops.logical_and(matches, ops.equal(history[:, step : step + starts], last[:, None]))
        return ops.where(marked(following, matches, scores.shape[-1]), -float("inf"), scores)
