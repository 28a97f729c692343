"""Minimum length: a text does not end before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zoo.backend.array_namespace import array_namespace
from zoo.backend.types import Tensor
from zoo.search.limits import MAX_LENGTH, set_whole
from zoo.search.processors.processor import Processor, Written


@dataclass(frozen=True)
class MinLength(Processor):
    """Forbids the end token until a text has enough tokens; does nothing without an end token.

    Args:
        length: minimum number of tokens, not counting the prime and the end token.

    Raises:
        UsageError: the length is out of range.
    """

    length: int = 1

    forbids: ClassVar[bool] = True
    tensors: ClassVar[tuple[str, ...]] = ("length",)

    def __post_init__(self) -> None:
        set_whole(self, "length", 0, MAX_LENGTH, name="min_length")

    def __call__(self, scores: Tensor, written: Written) -> Tensor:
        """See `Processor`."""
        if written.end is None or not self.on("length"):
            return scores
        ops = array_namespace(scores)
        early = ops.cast(written.position, "float32") < self.length  # [R]
        is_end = ops.equal(ops.arange(scores.shape[-1]), written.end)  # [V]
        return ops.where(ops.logical_and(early[:, None], is_end), -float("inf"), scores)
