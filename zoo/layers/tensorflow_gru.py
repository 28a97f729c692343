"""The element-wise part of a GRU step on TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from zoo.layers.tensorflow_sweep import Tensor


class GRUKernel:
    """Cho 2014 with the reset gate after the matmul (as in cuDNN), tanh and sigmoid; gates update, reset, candidate."""

    separate_recurrent_bias = True
    saved_names = ("update_reset", "update", "reset", "candidate", "difference", "inner")

    def forward(self, projected: Tensor, recurrent: Tensor, states: Sequence[Tensor]) -> tuple[list, list]:
        """See `Kernel.forward`."""
        before = states[0]
        units = before.shape[1]
        projected_gates, projected_candidate = tf.split(projected, [2 * units, units], axis=1)
        recurrent_gates, inner = tf.split(recurrent, [2 * units, units], axis=1)
        both = tf.sigmoid(projected_gates + recurrent_gates)  # [B, 2 U]
        update, reset = tf.split(both, 2, axis=1)
        candidate = tf.tanh(projected_candidate + reset * inner)
        difference = before - candidate
        return [candidate + update * difference], [both, update, reset, candidate, difference, inner]

    def scratch(self, rows: Tensor, units: int) -> tuple:
        """See `Kernel.scratch`; nothing is needed."""
        return ()

    def backward(
        self, saved: Sequence[Tensor], gradients: Sequence[Tensor], scratch: tuple
    ) -> tuple[Tensor, Tensor, list]:
        """See `Kernel.backward`."""
        both, update, reset, candidate, difference, inner = saved
        d_output = gradients[0]
        d_before = d_output * update
        d_candidate = tf.raw_ops.TanhGrad(y=candidate, dy=d_output - d_before)
        d_both = tf.raw_ops.SigmoidGrad(y=both, dy=tf.concat([d_output * difference, d_candidate * inner], axis=1))
        d_projected = tf.concat([d_both, d_candidate], axis=1)  # [B, 3 U]
        d_recurrent = tf.concat([d_both, d_candidate * reset], axis=1)
        return d_projected, d_recurrent, [d_before]
