"""The cross entropy on TensorFlow and a CPU, of the kernels that are vectorised: its own fused one is not."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from zoo.backend import generic
from zoo.backend.portable import is_portable
from zoo.backend.types import Tensor


def is_fast() -> bool:
    """Say whether these kernels are faster than TensorFlow's fused one; they are not on a GPU."""
    return not is_portable() and not tf.config.list_logical_devices("GPU")


def cross_entropies(
    logits: Tensor, targets: Tensor, smoothing: float, weights: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Compute the losses of targets and smoothed targets, and the likeliest class (see `Backend.cross_entropies`)."""
    if not is_fast():
        return generic.cross_entropies(logits, targets, smoothing, weights)
    rows = tf.reshape(logits, [-1, logits.shape[-1]])  # [N, V]
    found = losses_of_rows(rows, tf.reshape(targets, [-1]), smoothing, weights is not None)
    losses, smoothed, likeliest = (tf.reshape(values, tf.shape(targets)) for values in found)
    return losses, smoothed, likeliest


def losses_of_rows(
    logits: Tensor, targets: Tensor, smoothing: float = 0.0, weighted: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """Compute `-log softmax(logits)[target]` of every row, the same against smoothed targets, and the likeliest class.

    The probability p of the likeliest class is 1 / sum(exp(logits - largest)), so that the logarithm of that sum is
    -log p, which no rounding of small probabilities touches. All rows are looked through for it once.

    Args:
        logits: [N, V], float32.
        targets: int [N].
        smoothing: share of the target's probability that all V classes share.
        weighted: whether rows may be without weight, whose logits, finite or not, shall have a gradient of 0.

    Returns:
        Losses [N]; losses [N] against smoothed targets, the former themselves where nothing is smoothed; classes
        int32 [N].
    """
    likeliest = tf.argmax(logits, 1, output_type=tf.int32)  # [N]

    @tf.custom_gradient
    def both(logits: Tensor) -> tuple[tuple[Tensor, Tensor], Callable[[Tensor, Tensor], Tensor]]:
        probabilities = tf.nn.softmax(logits)  # [N, V]
        chosen, largest = (tf.gather(logits, places, batch_dims=1) for places in (targets, likeliest))  # [N], [N]
        losses = largest - chosen - tf.math.log(tf.gather(probabilities, likeliest, batch_dims=1))
        smoothed = losses + smoothing * (chosen - tf.reduce_mean(logits, 1)) if smoothing else losses

        def gradient(sharp: Tensor, smooth: Tensor) -> Tensor:
            places = tf.stack([tf.range(tf.shape(targets)[0], dtype=targets.dtype), targets], 1)  # [N, 2]
            upstream = (sharp + smooth)[:, tf.newaxis]  # [N, 1]
            slope = tf.math.multiply_no_nan(probabilities, upstream) if weighted else probabilities * upstream  # [N, V]
            if smoothing:
                slope -= (smoothing / logits.shape[1] * smooth)[:, tf.newaxis]
            return tf.tensor_scatter_nd_sub(slope, places, sharp + (1 - smoothing) * smooth)

        return (losses, smoothed), gradient

    return *both(logits), likeliest
