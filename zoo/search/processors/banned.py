"""Banned tokens are never written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zoo.backend.array_namespace import array_namespace
from zoo.backend.types import Tensor
from zoo.search.limits import check_tokens
from zoo.search.processors.processor import Processor, Written, mark_tokens


@dataclass(frozen=True)
class Banned(Processor):
    """Forbids tokens.

    Args:
        tokens: their ids.

    Raises:
        UsageError: an id is not a token.
    """

    tokens: tuple[int, ...] = ()

    forbids: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_tokens(self.tokens, "banned")

    def __call__(self, scores: Tensor, written: Written) -> Tensor:
        """See `Processor`."""
        ops = array_namespace(scores)
        return ops.where(mark_tokens(self.tokens, scores.shape[-1], "banned"), -float("inf"), scores)
