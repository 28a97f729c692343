"""The interface between batches and the trainer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, runtime_checkable

import numpy as np

Batch = dict[str, np.ndarray]
"""A batch: name -> array whose first axis is the row. `weights` holds the weight of each row or token."""


@runtime_checkable
class Batches(Protocol):
    """Batches of a split, epoch after epoch.

    An epoch depends only on the seed and the epoch's number, and can start at any step at no cost, so that a killed run
    resumes with exactly the batch that would have come next.
    """

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches, the same in every epoch."""
        ...

    @property
    def size(self) -> int:
        """Rows of the largest batch, including padding rows."""
        ...

    @property
    def padding(self) -> float:
        """Share of an epoch's positions that are padding, 0 to 1."""
        ...

    @property
    def fingerprint(self) -> str:
        """Identifies the data: a training resumes only with its own."""
        ...

    @property
    def varying(self) -> Mapping[str, tuple[int, ...]]:
        """Name of an array -> its axes whose size varies between batches; empty if all batches have the same shape."""
        ...

    def describe(self) -> str:
        """A short description for people."""
        ...

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of one epoch.

        Args:
            number: of the epoch, from 0.
            start: how many batches to skip at the beginning, without reading them.

        Yields:
            Batches; the arrays belong to the receiver.
        """
        ...


def share_batches(batches: Batches, own: Callable[[int], slice]) -> None:
    """Let batches read only the rows of this process, if they support it.

    Args:
        batches: they support it if they have a method `share`.
        own: rows of a batch -> the rows to read.
    """
    share = getattr(batches, "share", None)
    if share is not None:
        share(own)
