"""The element-wise part of one step of LSTM, GRU and SimpleRNN on TensorFlow, forward and back.

With the input x_t, the state h_t, σ the sigmoid, ∘ the element-wise product, and the layouts of the weights of Keras:

LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000)::

    i_t = σ(W_i x_t + R_i h_{t-1} + b_i)        f_t = σ(W_f x_t + R_f h_{t-1} + b_f)
    g_t = tanh(W_g x_t + R_g h_{t-1} + b_g)     o_t = σ(W_o x_t + R_o h_{t-1} + b_o)
    c_t = f_t ∘ c_{t-1} + i_t ∘ g_t             h_t = o_t ∘ tanh(c_t)

GRU (Cho et al. 2014, with the reset gate after the matmul, as in cuDNN)::

    z_t = σ(W_z x_t + b_z + R_z h_{t-1} + d_z)  r_t = σ(W_r x_t + b_r + R_r h_{t-1} + d_r)
    g_t = tanh(W_g x_t + b_g + r_t ∘ (R_g h_{t-1} + d_g))
    h_t = z_t ∘ h_{t-1} + (1 - z_t) ∘ g_t

SimpleRNN (Elman 1990)::

    h_t = tanh(W x_t + R h_{t-1} + b)

The projections W x_t + b are made for all steps before the loop, and R h_{t-1} + d by the loop: here both are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import tensorflow as tf

from zoo.backend.types import Tensor


class Kernel(Protocol):
    """The element-wise part of one step of a cell."""

    separate_recurrent_bias: bool
    """False if the kernel wants the plain sum of both projections as `projected`, and None as `recurrent`."""

    saved_names: tuple[str, ...]
    """What `forward` saves, in order."""

    def forward(
        self, projected: Tensor, recurrent: Tensor | None, states: Sequence[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Make one step.

        Args:
            projected: the input's part of the gates, [B, G], float32.
            recurrent: the previous output's part of the gates, [B, G], float32.
            states: the previous states, each [B, U], float32; the first is the output.

        Returns:
            The new states, and the tensors that `backward` needs.
        """

    def scratch(self, rows: int | Tensor, units: int) -> tuple[Tensor, ...]:
        """Make the constants that `backward` needs at every step, once.

        Args:
            rows: B.
            units: U.

        Returns:
            The last argument of `backward`.
        """

    def backward(
        self, saved: Sequence[Tensor], gradients: Sequence[Tensor], scratch: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor, list[Tensor | None]]:
        """Go one step back.

        Args:
            saved: what `forward` saved.
            gradients: of the new states, each [B, U].
            scratch: what `scratch` made.

        Returns:
            The gradients of `projected`, of `recurrent` (the same tensor if they are equal) and of the previous
            states, without what flows through `recurrent`; None for a state that has no other part.
        """


class LSTMKernel:
    """A step of an LSTM.

    The gates are in the order input, candidate, forget, output: that of TensorFlow's fused gradient kernel, which does
    the dozen element-wise ops of a step back as one. `reorder` converts weights from the order of Keras.
    """

    separate_recurrent_bias = False
    saved_names: tuple[str, ...] = ("input", "carry", "forget", "output", "candidate", "squashed", "carry_before")

    def forward(
        self, projected: Tensor, recurrent: Tensor | None, states: Sequence[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
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

    def scratch(self, rows: int | Tensor, units: int) -> tuple[Tensor, ...]:
        """See `Kernel.scratch`; the fused op checks the shapes of the cell's input and weights but reads none."""
        return tf.zeros([rows, 0]), tf.zeros([units, 4 * units]), tf.zeros([units]), tf.zeros([4 * units])

    def backward(
        self, saved: Sequence[Tensor], gradients: Sequence[Tensor], scratch: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor, list[Tensor | None]]:
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


def reorder(weights: Tensor) -> Tensor:
    """Take LSTM weights [..., 4 U] from the gate order of Keras to that of `LSTMKernel`; or back."""
    enter, forget, candidate, leave = tf.split(weights, 4, axis=-1)
    return tf.concat([enter, candidate, forget, leave], -1)


class GRUKernel:
    """A step of a GRU; the gates are in the order update, reset, candidate."""

    separate_recurrent_bias = True
    saved_names: tuple[str, ...] = ("update_reset", "update", "reset", "candidate", "difference", "inner")

    def forward(
        self, projected: Tensor, recurrent: Tensor | None, states: Sequence[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
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

    def scratch(self, rows: int | Tensor, units: int) -> tuple[Tensor, ...]:
        """See `Kernel.scratch`; a GRU needs none."""
        return ()

    def backward(
        self, saved: Sequence[Tensor], gradients: Sequence[Tensor], scratch: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor, list[Tensor | None]]:
        """See `Kernel.backward`."""
        both, update, reset, candidate, difference, inner = saved
        d_output = gradients[0]
        d_before = d_output * update
        d_candidate = tf.raw_ops.TanhGrad(y=candidate, dy=d_output - d_before)
        d_both = tf.raw_ops.SigmoidGrad(y=both, dy=tf.concat([d_output * difference, d_candidate * inner], axis=1))
        d_projected = tf.concat([d_both, d_candidate], axis=1)  # [B, 3 U]
        d_recurrent = tf.concat([d_both, d_candidate * reset], axis=1)
        return d_projected, d_recurrent, [d_before]


class SimpleRNNKernel:
    """A step of a SimpleRNN."""

    separate_recurrent_bias = False
    saved_names: tuple[str, ...] = ("output",)

    def forward(
        self, projected: Tensor, recurrent: Tensor | None, states: Sequence[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """See `Kernel.forward`."""
        output = tf.tanh(projected)
        return [output], [output]

    def scratch(self, rows: int | Tensor, units: int) -> tuple[Tensor, ...]:
        """See `Kernel.scratch`; a SimpleRNN needs none."""
        return ()

    def backward(
        self, saved: Sequence[Tensor], gradients: Sequence[Tensor], scratch: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor, list[Tensor | None]]:
        """See `Kernel.backward`."""
        d_gates = tf.raw_ops.TanhGrad(y=saved[0], dy=gradients[0])
        return d_gates, d_gates, [None]
