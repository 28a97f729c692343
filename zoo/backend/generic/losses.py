"""The cross entropy in plain Keras."""

from __future__ import annotations

from keras import ops

from zoo.backend.types import Tensor


def cross_entropies(
    logits: Tensor, targets: Tensor, smoothing: float, weights: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Compute the losses of targets and smoothed targets, and the likeliest class (see `Backend.cross_entropies`)."""
    if weights is not None:
        logits = ops.where(ops.expand_dims(weights, -1) != 0, logits, 0.0)  # neither NaN there nor its gradient
    losses = smoothed = ops.sparse_categorical_crossentropy(targets, logits, from_logits=True)
    if smoothing:
        chosen = ops.take_along_axis(logits, ops.expand_dims(targets, -1), axis=-1)[..., 0]
        smoothed = losses + smoothing * (chosen - ops.mean(logits, axis=-1))
    return losses, smoothed, ops.cast(ops.argmax(logits, axis=-1), "int32")
