"""The fast recurrence on TensorFlow: a cell over a sequence, with its gradient.

Three things make it fast on a CPU:

* the input projection leaves the loop: one large matmul for all steps (or, for tokens, a look-up in a table that was
  projected once);
* the gradient is written by hand, so that the loop keeps only what is truly sequential: one small matmul and the
  element-wise part of a step. The gradients of the weights are large matmuls after the loop;
* steps are unrolled: the control-flow ops of `tf.while_loop` cost as much as a small step. A long sequence is cut into
  chunks that are one function, so that it is traced and optimised for a chunk rather than for the whole length.

A cell is a `Kernel`: the element-wise part of one step, forward and backward. Element-wise work and carried states are
float32 also under a 16-bit policy (TensorFlow's 16-bit element-wise ops are slower than float32, and less exact);
matmuls run in the policy's dtype.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from zoo.backend.tensorflow.cells import Kernel
from zoo.backend.tensorflow.passes import chosen_pass
from zoo.backend.types import Tensor


def recurrence(
    kernel: Kernel,
    projected: Tensor,
    states: Sequence[Tensor],
    recurrent_kernel: Tensor,
    recurrent_bias: Tensor | None = None,
    mask: Tensor | None = None,
) -> tuple[Tensor, list]:
    """Run a cell over a sequence.

    Args:
        kernel: the cell.
        projected: the input's part of the gates with its bias, [T, B, G], time first, in the dtype that the matmuls
            shall have.
        states: the initial states, each [B, U], of any floating dtype.
        recurrent_kernel: [U, G], of the dtype of `projected`.
        recurrent_bias: [G], for a kernel with `separate_recurrent_bias`.
        mask: [T, B], False where a step shall leave the states as they are; None for no such step.

    Returns:
        The first state after every step [T, B, U] in the dtype of `projected`, and the final states in that of
        `states`.
    """
    states = list(states)
    biases = [] if recurrent_bias is None else [recurrent_bias]
    keep = None if mask is None else tf.cast(mask, tf.float32)[:, :, tf.newaxis]  # [T, B, 1]
    run = chosen_pass(projected.shape[0])

    @tf.custom_gradient
    def operation(projected: Tensor, recurrent_kernel: Tensor, *others: Tensor) -> tuple:
        bias = others[0] if biases else None
        carried = [tf.cast(state, tf.float32) for state in others[len(biases) :]]
        outputs, final, back = run(kernel, projected, carried, recurrent_kernel, bias, keep)

        def gradient(d_outputs: Tensor, *d_final: Tensor) -> tuple:
            d_last = [tf.cast(d, tf.float32) for d in d_final]
            d_projected, d_recurrent, d_states = back(d_outputs, d_last)
            d_kernel = _kernel_gradient(tf.cast(carried[0], outputs.dtype), outputs, d_recurrent)
            d_biases = [tf.reduce_sum(d_recurrent, [0, 1]) for _ in biases]
            d_initial = [tf.cast(d, state.dtype) for d, state in zip(d_states, states, strict=True)]
            return d_projected, d_kernel, *d_biases, *d_initial

        return (outputs, *(tf.cast(new, old.dtype) for new, old in zip(final, states, strict=True))), gradient

    outputs, *final = operation(projected, recurrent_kernel, *biases, *states)
    return outputs, final


def _kernel_gradient(initial: Tensor, outputs: Tensor, d_recurrent: Tensor) -> Tensor:
    """Sum the outer products of the output before each step and the gradient of its projection.

    Args:
        initial: the output before the first step, [B, U].
        outputs: the outputs of all steps, [T, B, U].
        d_recurrent: the gradients of their projections, [T, B, G].

    Returns:
        The gradient of the recurrent kernel, [U, G].
    """
    units, width = outputs.shape[2], d_recurrent.shape[2]
    before = tf.reshape(outputs[:-1], [-1, units])  # [(T - 1) B, U]
    rest = tf.matmul(before, tf.reshape(d_recurrent[1:], [-1, width]), transpose_a=True)
    return rest + tf.matmul(initial, d_recurrent[0], transpose_a=True)
