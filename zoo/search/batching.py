"""Long lists cut in batches of similar lengths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops, tree


def by_length(lengths: Sequence[Any], size: int) -> list[list[int]]:
    """Cut a list in batches of similar lengths.

    Args:
        lengths: of each item; numbers, or tuples of them, the most important first.
        size: items of a batch; the last one has what is left.

    Returns:
        The items' places, batch by batch, from short to long.
    """
    order = sorted(range(len(lengths)), key=lambda place: lengths[place])
    return [order[begin : begin + size] for begin in range(0, len(order), size)]


def rows_of(memory: Any, places: np.ndarray) -> Any:
    """Take some rows of every tensor of a memory; None stays None."""
    return None if memory is None else tree.map_structure(lambda leaf: ops.take(leaf, places, axis=0), memory)
