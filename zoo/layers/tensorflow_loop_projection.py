"""A matmul inside a loop whose weight's gradient is one large matmul after the loop."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from zoo.layers.loop_projection import LoopProjection
from zoo.layers.tensorflow_sweep import matrix, times


class DeferredProjection(LoopProjection):
    """A `LoopProjection` that does not sum its weight's gradient up step by step.

    The gradient of every step's sum is that of `known` at that step; so the weight's gradient is a matmul of all inputs
    by the gradient of `known`, which is there once the loop has been gone back through.

    Args:
        weight: [I, O].
        known: [T, B, O].
    """

    def __init__(self, weight: Any, known: Any) -> None:
        self._inputs: Any = None

        @tf.custom_gradient
        def expose(known: Any, weight: Any) -> tuple:
            def gradient(d_sums: Any) -> tuple:
                inputs = tf.reshape(self._inputs, [-1, weight.shape[0]])  # [T B, I]
                return d_sums, tf.matmul(inputs, tf.reshape(d_sums, [-1, weight.shape[1]]), transpose_a=True)

            return tf.identity(known), gradient

        super().__init__(tf.stop_gradient(weight), expose(known, weight))
        self._there, self._back = matrix(self.weight), matrix(self.weight, transpose=True)

    def __call__(self, known: Any, inputs: Any) -> Any:
        """Make one step: [B, O] and [B, I] -> [B, O]."""
        there, back = self._there, self._back

        @tf.custom_gradient
        def product(inputs: Any) -> tuple:
            return times(inputs, there), lambda d_output: times(d_output, back)

        return known + product(inputs)

    def finish(self, inputs: Any) -> None:
        """Hear after the loop what all its inputs were, [T, B, I]."""
        self._inputs = tf.stop_gradient(inputs)
