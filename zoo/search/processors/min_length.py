"""Minimum length: no end before so many tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from keras import ops

from zoo.search.processors.processor import Processor, Written


@dataclass(frozen=True)
class MinLength(Processor):
    """Forbids the end token before a text has so many tokens besides it; nothing, where there is no end token.

    Args:
        length: the least number of tokens; the prime and the end do not count.
    """

    length: int = 1

    forbids: ClassVar[bool] = True
    tensors: ClassVar[tuple[str, ...]] = ("length",)

    def __call__(self, scores: Any, written: Written) -> Any:
        """See `Processor`."""
        if written.end is None or not self.on("length"):
            return scores
        early = ops.cast(written.position, "float32") < self.length  # [R]
        is_end = ops.equal(ops.arange(scores.shape[-1]), written.end)  # [V]
        return ops.where(ops.logical_and(early[:, None], is_end), -float("inf"), scores)
