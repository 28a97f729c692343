"""How frequent each target is: what a model should know before its first step, and beat soon after."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import keras

    from zoo.data import Batches

BATCHES = 200
"""Batches that are counted."""


def count_targets(batches: Batches) -> dict[int, int]:
    """Count the targets of the first batches of the first epoch, padding left out.

    Args:
        batches: of the training split.

    Returns:
        Target -> how often it occurs; empty where targets are not whole numbers with a weight each.
    """
    counts: Counter[int] = Counter()
    for batch in islice(batches.epoch(0), BATCHES):
        target, weights = batch.get("target"), batch["weights"]
        if target is None or target.dtype.kind not in "iu" or target.shape != weights.shape:
            return {}
        values, numbers = np.unique(target[weights > 0], return_counts=True)
        counts.update(dict(zip(values.tolist(), numbers.tolist(), strict=True)))
    return dict(counts)


def entropy(counts: dict[int, int]) -> float:
    """Return the entropy of targets in nats: the loss of a model that knows nothing but their frequencies.

    Args:
        counts: as `count_targets` gave them; infinite where there are none.
    """
    if not counts:
        return float("inf")
    shares = np.array(list(counts.values()), np.float64)
    shares /= shares.sum()
    return float(-(shares * np.log(shares)).sum())


def start_at_frequencies(model: keras.Model, counts: dict[int, int]) -> None:
    """Let a new model begin with the logarithms of the targets' frequencies as the bias of its softmax.

    Otherwise its first steps learn these alone. Tokens that were not counted get half a count.

    Args:
        model: is left as it is where it has no `output_bias`.
        counts: as `count_targets` gave them.
    """
    bias = getattr(model, "output_bias", None)
    if bias is None or not counts or max(counts) >= bias.shape[0]:
        return
    smoothed: npt.NDArray[np.float64] = np.full(bias.shape[0], 0.5)
    smoothed[list(counts)] += list(counts.values())
    logarithms = np.log(smoothed)
    bias.assign((logarithms - logarithms.mean()).astype("float32"))
