"""Banned tokens are never written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from keras import ops

from zoo.search.processors.processor import Processor, Written, chosen


@dataclass(frozen=True)
class Banned(Processor):
    """Forbids tokens.

    Args:
        tokens: their ids.
    """

    tokens: tuple[int, ...] = ()

    forbids: ClassVar[bool] = True

    def __call__(self, scores: Any, written: Written) -> Any:
        """See `Processor`."""
        return ops.where(chosen(self.tokens, scores.shape[-1], "banned"), -float("inf"), scores)
