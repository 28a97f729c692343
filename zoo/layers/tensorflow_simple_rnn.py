"""The element-wise part of a step of the vanilla RNN on TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from zoo.layers.tensorflow_sweep import Tensor


class SimpleRNNKernel:
    """Elman 1990: the new state is the tanh of both projections."""

    separate_recurrent_bias = False
    saved_names = ("output",)

    def forward(self, projected: Tensor, recurrent: Tensor, states: Sequence[Tensor]) -> tuple[list, list]:
        """See `Kernel.forward`."""
        output = tf.tanh(projected)
        return [output], [output]

    def scratch(self, rows: Tensor, units: int) -> tuple:
        """See `Kernel.scratch`; nothing is needed."""
        return ()

    def backward(
        self, saved: Sequence[Tensor], gradients: Sequence[Tensor], scratch: tuple
    ) -> tuple[Tensor, Tensor, list]:
        """See `Kernel.backward`."""
        d_gates = tf.raw_ops.TanhGrad(y=saved[0], dy=gradients[0])
        return d_gates, d_gates, [None]
