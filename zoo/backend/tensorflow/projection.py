"""A matmul inside a loop whose weight's gradient is one large matmul after the loop."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from zoo.backend.generic.projection import LoopProjection
from zoo.backend.portable import is_portable
from zoo.backend.tensorflow.steps import matrix, times
from zoo.backend.types import Tensor
from zoo.errors import UsageError

Gradient = Callable[[Tensor], "Tensor | tuple[Tensor, Tensor]"]


class LaidOutProjection(LoopProjection):
    """A `LoopProjection` whose weight has the layout that small matmuls like; TensorFlow derives its gradients.

    Args:
        weight: [I, O].
        known: [T, B, O].
    """

    def __init__(self, weight: Tensor, known: Tensor) -> None:
        super().__init__(weight, known)
        self._forward = matrix(weight)

    def __call__(self, known: Tensor, inputs: Tensor) -> Tensor:
        """Make one step: [B, O] and [B, I] -> [B, O]."""
        return known + times(inputs, self._forward)


class DeferredProjection(LoopProjection):
    """A `LoopProjection` for training: the gradient of its weight is one matmul after the loop, not a sum step by step.

    The gradient of every step's sum is that of `known` at that step; so the weight's gradient is a matmul of all inputs
    by the gradient of `known`, which is there once the loop has been gone back through.

    Args:
        weight: [I, O].
        known: [T, B, O].
    """

    def __init__(self, weight: Tensor, known: Tensor) -> None:
        self._inputs: Tensor = None

        @tf.custom_gradient
        def expose(known: Tensor, weight: Tensor) -> tuple[Tensor, Gradient]:
            def gradient(d_sums: Tensor) -> tuple[Tensor, Tensor]:
                inputs = tf.reshape(self._inputs, [-1, weight.shape[0]])  # [T B, I]
                d_weight = tf.matmul(inputs, tf.reshape(d_sums, [-1, weight.shape[1]]), transpose_a=True)
                return once_differentiable(d_sums, d_weight)

            return tf.identity(known), gradient

        super().__init__(tf.stop_gradient(weight), expose(known, weight))
        self._forward, self._backward = matrix(self.weight), matrix(self.weight, transpose=True)

    def __call__(self, known: Tensor, inputs: Tensor) -> Tensor:
        """Make one step: [B, O] and [B, I] -> [B, O]."""
        forward, backward = self._forward, self._backward

        @tf.custom_gradient
        def product(inputs: Tensor) -> tuple[Tensor, Gradient]:
            return times(inputs, forward), lambda d_output: times(d_output, backward)

        return known + product(inputs)

    def finish(self, inputs: Tensor) -> None:
        """Take the inputs of all steps [T, B, I], after the loop."""
        self._inputs = tf.stop_gradient(inputs)


def loop_projection(weight: Tensor, known: Tensor, training: bool) -> LoopProjection:
    """Make a projection for a loop (see `Backend.loop_projection`)."""
    if is_portable():
        return LoopProjection(weight, known)
    return DeferredProjection(weight, known) if training else LaidOutProjection(weight, known)


@tf.custom_gradient
def once_differentiable(*gradients: Tensor) -> tuple[tuple[Tensor, ...], Gradient]:
    """Pass gradients on, and refuse to derive them again: they were computed with what is constant to TensorFlow."""

    def gradient(*_: Tensor) -> tuple[Tensor, ...]:
        raise UsageError(
            "a decoder's loop in training has no second derivatives; call the model with training=False for them"
        )

    return tuple(tf.identity(value) for value in gradients), gradient
