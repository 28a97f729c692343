"""Long lists, cut into batches of similar lengths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Length = TypeVar("Length", int, tuple[int, int])


def by_length(lengths: Sequence[Length], size: int) -> list[list[int]]:
    """Cut a list into batches of similar lengths.

    Args:
        lengths: of each item; numbers, or tuples of them, the most important first.
        size: items of a batch; the last one has what is left.

    Returns:
        The items' places, batch by batch, from short to long.
    """
    order = sorted(range(len(lengths)), key=lambda place: lengths[place])
    return [order[begin : begin + size] for begin in range(0, len(order), size)]
