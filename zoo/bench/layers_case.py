"""One case of the layers benchmark, the same for all libraries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

VOCABULARY = 96
LEARNING_RATE = 2e-3
CLIP = 5.0


class Case(NamedTuple):
    """A character language model of two layers.

    Args:
        cell: rnn, lstm or gru.
        units: H, of the embedding and both layers.
        rows: B.
        steps: T.
        dtype: float32 or bfloat16.
        cores: how many cores a contender uses.
    """

    cell: str
    units: int
    rows: int
    steps: int
    dtype: str
    cores: int


def case_of(words: Sequence[str]) -> Case:
    """Read a case from the arguments of a contender's process."""
    cell, units, rows, steps, dtype, cores = words
    return Case(cell, int(units), int(rows), int(steps), dtype, int(cores))
