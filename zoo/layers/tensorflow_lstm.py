"""The element-wise part of an LSTM step on TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from zoo.layers.tensorflow_sweep import Tensor


class LSTMKernel:
    """Hochreiter and Schmidhuber 1997 with the forget gate of Gers 2000, tanh and sigmoid.

    Gates in the order input, candidate, forget, output: that of TensorFlow's fused gradient kernel, which does the
    dozen element-wise ops of a step back as one. `reorder` brings weights in the order of Keras there.
    """

    separate_recurrent_bias = False
    saved_names = ("input", "carry", "forget", "output", "candidate", "squashed", "carry_before")

    def forward(self, projected: Tensor, recurrent: Tensor, states: Sequence[Tensor]) -> tuple[list, list]:
        """See `Kernel.forward`."""
        before = states[1]
        gates = tf.split(projected, 4, axis=1)  # 4 x [B, U]
        enter = tf.sigmoid(gates[0])
        candidate = tf.tanh(gates[1])
        forget = tf.sigmoid(gates[2])
        leave = tf.sigmoid(gates[3])
        carry = forget * before + enter * candidate
        squashed = tf.tanh(carry)
        return [leave * squashed, carry], [enter, carry, forget, leave, candidate, squashed, before]

    def scratch(self, rows: Tensor, units: int) -> tuple:
        """See `Kernel.scratch`; the fused op checks the shapes of the cell's input and weights but reads none."""
        return tf.zeros([rows, 0]), tf.zeros([units, 4 * units]), tf.zeros([units]), tf.zeros([4 * units])

    def backward(
        self, saved: Sequence[Tensor], gradients: Sequence[Tensor], scratch: tuple
    ) -> tuple[Tensor, Tensor, list]:
        """See `Kernel.backward`."""
        enter, carry, forget, leave, candidate, squashed, before = saved
        unread_input, unread_weights, peephole, unread_bias = scratch
        result = tf.raw_ops.LSTMBlockCellGrad(
            x=unread_input,
            cs_prev=before,
            h_prev=before,
            w=unread_weights,
            wci=peephole,
            wcf=peephole,
            wco=peephole,
            b=unread_bias,
            i=enter,
            cs=carry,
            f=forget,
            o=leave,
            ci=candidate,
            co=squashed,
            cs_grad=gradients[1],
            h_grad=gradients[0],
            use_peephole=False,
        )
        return result.dicfo, result.dicfo, [None, result.cs_prev_grad]


def reorder(weight: Tensor) -> Tensor:
    """Bring a weight from Keras' order of gates to the kernel's.

    Args:
        weight: [..., 4 U], gates in the order input, forget, candidate, output.

    Returns:
        The same, gates in the order input, candidate, forget, output.
    """
    enter, forget, candidate, leave = tf.split(weight, 4, axis=-1)
    return tf.concat([enter, candidate, forget, leave], axis=-1)
