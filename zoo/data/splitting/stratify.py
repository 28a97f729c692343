"""Splits labelled examples: every class is in the training split, and is held out in proportion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

TRAIN, VALIDATION, TEST = range(3)


def stratified(
    hashes: np.ndarray, classes: np.ndarray | Sequence[Sequence[int]], validation: float, test: float
) -> np.ndarray:
    """Divide examples class by class. Equal hashes stay together.

    Args:
        hashes: uint32 [N], of the keys that decide the split (see `zoo.data.splitting.split_hash`).
        classes: uint32 [N], the hash of each example's class; or a list of the classes of each.
        validation: share for validation.
        test: share for testing.

    Returns:
        int8 [N]: 0 for training, 1 for validation, 2 for testing.
    """
    unique, group = np.unique(hashes, return_inverse=True)  # [G], [N]
    group = group.reshape(-1)
    pinned = _first_of_each_class(group, classes, len(unique))  # [G]
    if isinstance(classes, np.ndarray):
        own = np.full(len(unique), np.iinfo(np.uint32).max, np.uint32)  # [G]
        np.minimum.at(
            own, group, classes
        )  # if one text has several classes, any will do, as long as it is always the same
        rank = _rank_in_class(np.unique(own, return_inverse=True)[1].reshape(-1))  # [G]
    else:
        rank = np.arange(len(unique), dtype=np.float64)
    order = np.lexsort((unique, rank))  # [G]
    order = order[~pinned[order]]
    count = len(unique)
    # A nonzero share gets at least one example, if there are enough for three splits.
    least = 1 if count >= 3 else 0
    held = max(round(count * validation), least) if validation else 0
    tested = max(round(count * test), least) if test else 0
    if held + tested > len(order):
        held = min(held, -(-len(order) // 2) if tested else len(order))
        tested = min(tested, len(order) - held)
    part = np.zeros(count, np.int8)  # [G]
    part[order[:tested]] = TEST
    part[order[tested : tested + held]] = VALIDATION
    return part[group]


def _first_of_each_class(group: np.ndarray, classes: np.ndarray | Sequence[Sequence[int]], count: int) -> np.ndarray:
    """Choose groups that are always for training and together have every class: bool [G].

    This is the group with the highest hash of each class, which would be held out last.
    """
    pinned = np.zeros(count, np.bool_)
    if isinstance(classes, np.ndarray):
        order = np.lexsort((-group, classes))  # class by class, the highest group first
        begins = np.flatnonzero(np.diff(classes[order].astype(np.int64), prepend=-1))
        pinned[group[order[begins]]] = True
        return pinned
    covered: set[int] = set()
    for place in np.argsort(-group, kind="stable").tolist():
        if not covered.issuperset(classes[place]):
            covered.update(classes[place])
            pinned[group[place]] = True
    return pinned


def _rank_in_class(classes: np.ndarray) -> np.ndarray:
    """Rank each group within its class, from 0 to 1: [G]. The lowest are held out first."""
    order = np.argsort(classes, kind="stable")  # [G]; within a class by hash
    sizes = np.bincount(classes)[classes[order]]  # [G]
    begins = np.flatnonzero(np.diff(classes[order], prepend=-1))
    start = np.repeat(begins, np.diff(np.append(begins, len(order))))
    rank = np.empty(len(classes))
    rank[order] = (np.arange(len(order)) - start + 0.5) / sizes
    return rank
