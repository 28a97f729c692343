"""What a trainer asks of batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, runtime_checkable

import numpy as np

Batch = dict[str, np.ndarray]
"""A batch: name -> array whose first axis is the row. `weights` says how much each row, or each token, counts."""


@runtime_checkable
class Batches(Protocol):
    """Batches of a split, epoch after epoch.

    What an epoch holds depends on the seed and the epoch's number alone, and it can be begun at any step at no cost,
    so that a run that was killed goes on with the very batch it would have had.
    """

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches, the same in every epoch."""
        ...

    @property
    def size(self) -> int:
        """Rows of a batch, padding rows included; where batches differ, those of the largest."""
        ...

    @property
    def padding(self) -> float:
        """Share of an epoch's positions that are padding, 0 to 1."""
        ...

    @property
    def fingerprint(self) -> str:
        """Tells these data from any others: a training that is resumed goes on only with its own."""
        ...

    @property
    def varying(self) -> Mapping[str, tuple[int, ...]]:
        """Name of an array -> its axes whose size differs from batch to batch; empty where all batches are alike."""
        ...

    def describe(self) -> str:
        """What there is, in a few words for people."""
        ...

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of one epoch.

        Args:
            number: which epoch, from 0.
            start: how many batches to leave out at the beginning; they are not read.

        Yields:
            Batches; the arrays belong to the receiver.
        """
        ...


def share_batches(batches: Batches, own: Callable[[int], slice]) -> None:
    """Let batches read only the rows that are this process's own, where they can leave the others out.

    Args:
        batches: those that have a method `share` know how.
        own: rows of a batch -> those that are read.
    """
    share = getattr(batches, "share", None)
    if share is not None:
        share(own)
