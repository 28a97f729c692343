"""Split a list of examples by what they are about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoo.data.splitting.split_hash import hash_limits, split_hash


def split_groups(keys: Sequence[str], validation: float, test: float) -> tuple[list[int], list[int], list[int]]:
    """Divide examples so that those of one key stay together, the same in every run.

    Args:
        keys: of each example: its image, its speaker, its text.
        validation: share of the keys to validate on.
        test: share of the keys to test on.

    Returns:
        Places of the examples to train on, to validate on and to test on, each in their order.
    """
    hashes = {key: split_hash(key) for key in keys}
    first, second = hash_limits(np.fromiter(hashes.values(), np.uint32, len(hashes)), validation, test)
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for place, key in enumerate(keys):
        parts[2 if hashes[key] < first else 1 if hashes[key] < second else 0].append(place)
    return parts
