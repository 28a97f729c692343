"""Splits examples by groups, such as by image or speaker."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from zoo.data.splitting.split_hash import hash_limits, split_hash
from zoo.data.splitting.stratify import stratified


def split_groups(
    keys: Sequence[str], validation: float, test: float, classes: Sequence[Collection[str]] = ()
) -> tuple[list[int], list[int], list[int]]:
    """Divide examples so that those with the same key stay together, the same way in every run.

    Args:
        keys: of each example: its image, its speaker, its text.
        validation: share of the keys for validation.
        test: share of the keys for testing.
        classes: of each example, if it has labels: each class keeps a training example, and the others are divided
            class by class.

    Returns:
        Indices of the training, validation and test examples, each in order.
    """
    hashes = np.fromiter(map(split_hash, keys), np.uint32, len(keys))  # [N]
    if classes:
        single = all(len(labels) == 1 for labels in classes)
        ids = [[split_hash(label) for label in labels] for labels in classes]
        groups = np.array(ids, np.uint32).reshape(-1) if single else ids
        part = stratified(hashes, groups, validation, test)  # [N]
    else:
        first, second = hash_limits(np.unique(hashes), validation, test)
        part = np.where(hashes < first, 2, np.where(hashes < second, 1, 0))
    train, held_out, tested = (np.flatnonzero(part == number).tolist() for number in range(3))
    return train, held_out, tested
