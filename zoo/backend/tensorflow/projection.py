"""A matmul inside a loop whose weight's gradient is one large matmul after the loop."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from zoo.backend.generic.projection import LoopProjection
from zoo.backend.portable import is_portable
from zoo.backend.tensorflow.steps import matrix, times
from zoo.backend.types import Tensor

Gradient = Callable[[Tensor], "Tensor | tuple[Tensor, Tensor]"]


class DeferredProjection(LoopProjection):
    """A `LoopProjection` that does not sum its weight's gradient up step by step.

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
                return d_sums, tf.matmul(inputs, tf.reshape(d_sums, [-1, weight.shape[1]]), transpose_a=True)

            return tf.identity(known), gradient

        super().__init__(tf.stop_gradient(weight), expose(known, weight))
        self._there, self._back = matrix(self.weight), matrix(self.weight, transpose=True)

    def __call__(self, known: Tensor, inputs: Tensor) -> Tensor:
        """Make one step: [B, O] and [B, I] -> [B, O]."""
        there, back = self._there, self._back

        @tf.custom_gradient
        def product(inputs: Tensor) -> tuple[Tensor, Gradient]:
            return times(inputs, there), lambda d_output: times(d_output, back)

        return known + product(inputs)

    def finish(self, inputs: Tensor) -> None:
        """Take the inputs of all steps [T, B, I], after the loop."""
        self._inputs = tf.stop_gradient(inputs)


def loop_projection(weight: Tensor, known: Tensor) -> LoopProjection:
    """Make a projection for a loop (see `Backend.loop_projection`)."""
    return LoopProjection(weight, known) if is_portable() else DeferredProjection(weight, known)
