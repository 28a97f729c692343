"""The cross entropy that the zoo's models learn by."""

from __future__ import annotations

from typing import NamedTuple

from keras import ops

from zoo import backend
from zoo.backend.types import Tensor


class Losses(NamedTuple):
    """Losses and accuracies of logits at each position."""

    sharp: Tensor
    """Cross entropies [...] in nats, float32."""
    smoothed: Tensor
    """The same against smoothed targets."""
    right: Tensor
    """1.0 where the target is the likeliest class, 0.0 elsewhere, [...]."""


def cross_entropy(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """Compute `-log softmax(logits)[target]` in float32, whatever the logits are.

    Args:
        logits: [..., V].
        targets: int [...], each from 0 to V - 1.
        weights: [...], 0 where what the logits are does not count, in their gradient neither.

    Returns:
        Losses [...] in nats, float32.
    """
    return losses_of(logits, targets, weights=weights).sharp


def losses_of(logits: Tensor, targets: Tensor, smoothing: float = 0.0, weights: Tensor | None = None) -> Losses:
    """Compute the cross entropy, plain and against smoothed targets, which let no model be too sure.

    A smoothed target has the probability 1 - smoothing, and all classes share the rest evenly (Szegedy et al. 2016,
    arXiv:1512.00567).

    Args:
        logits: [..., V].
        targets: int [...], each from 0 to V - 1.
        smoothing: from 0, for none, to 1.
        weights: [...], 0 where what the logits are does not count, in their gradient neither.

    Returns:
        Losses, and which targets are the likeliest.
    """
    logits, targets = ops.cast(logits, "float32"), ops.cast(targets, "int32")
    sharp, smoothed, likeliest = backend.active().cross_entropies(logits, targets, smoothing, weights)
    return Losses(sharp, smoothed, ops.cast(ops.equal(likeliest, targets), "float32"))
