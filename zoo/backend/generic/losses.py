"""The cross entropy in plain Keras."""

from __future__ import annotations

from keras import ops

from zoo.backend.types import Tensor


def cross_entropies(logits: Tensor, targets: Tensor, smoothing: float) -> tuple[Tensor, Tensor, Tensor]:
    """Compute the losses of targets and smoothed targets, and the likeliest class (see `Backend.cross_entropies`)."""
    losses = smoothed = ops.sparse_categorical_crossentropy(targets, logits, from_logits=True)
    if smoothing:
        chosen = ops.take_along_axis(logits, ops.expand_dims(targets, -1), axis=-1)[..., 0]
        smoothed = losses + smoothing * (chosen - ops.mean(logits, axis=-1))
    return losses, smoothed, ops.cast(ops.argmax(logits, axis=-1), "int32")
