"""Split a list of examples by what they are about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoo.data.record_index import lot_limits, lot_of


def split_groups(keys: Sequence[str], validation: float, test: float) -> tuple[list[int], list[int], list[int]]:
    """Divide examples so that those of one key stay together, the same in every run.

    Args:
        keys: of each example: its picture, its speaker, its text.
        validation: share of the keys to validate on.
        test: share of the keys to test on.

    Returns:
        Places of the examples to train on, to validate on and to test on, each in their order.
    """
    lots = {key: lot_of(key) for key in keys}
    first, second = lot_limits(np.fromiter(lots.values(), np.uint32, len(lots)), validation, test)
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for place, key in enumerate(keys):
        parts[2 if lots[key] < first else 1 if lots[key] < second else 0].append(place)
    return parts
