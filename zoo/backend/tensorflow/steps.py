"""Some steps of a cell on TensorFlow, forward and backward in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from zoo.backend.tensorflow.cells import Kernel
from zoo.backend.types import Tensor
from zoo.processor import likes_transposed_weights


class Inputs(NamedTuple):
    """The inputs of a recurrence.

    Args:
        kernel: the cell.
        projected: the input's part of the gates with its bias, [T, B, G], time first.
        states: the initial states, each [B, U], float32.
        weights: the recurrent kernel, [U, G].
        bias: [G], for a kernel with `separate_recurrent_bias`; else None.
        keep: float32 [T, B, 1], 0 at steps that leave the states as they are; None for no such step.
    """

    kernel: Kernel
    projected: Tensor
    states: list[Tensor]
    weights: Tensor
    bias: Tensor | None
    keep: Tensor | None


class Steps(NamedTuple):
    """The results of a forward pass over some steps.

    Args:
        outputs: the first state after each step.
        states: the states after the last step.
        saved: for each step what its kernel keeps for the way back.
    """

    outputs: list[Tensor]
    states: list[Tensor]
    saved: list[list[Tensor]]


class Matrix(NamedTuple):
    """The right factor of the matmul of every step, laid out as the matmul kernel likes it.

    Args:
        values: [K, N], or its transpose [N, K].
        transposed: which of both.
    """

    values: Tensor
    transposed: bool


def matrix(weights: Tensor, transpose: bool = False) -> Matrix:
    """Lay out a weight for many small matmuls.

    It hangs on the processor whether a matmul is faster with its right factor transposed.

    Args:
        weights: [K, N].
        transpose: whether to multiply by the transpose of `weights`.
    """
    wants_transposed = likes_transposed_weights(8 * weights.dtype.size)
    return Matrix(weights if wants_transposed == transpose else tf.transpose(weights), wants_transposed)


def times(left: Tensor, right: Matrix) -> Tensor:
    """Multiply [B, K] by a matrix, [B, N]."""
    return tf.matmul(left, right.values, transpose_b=right.transposed)


def forward_steps(
    kernel: Kernel,
    projected: Sequence[Tensor],
    states: list[Tensor],
    weights: Matrix,
    recurrent_bias: Tensor | None,
    keep: Sequence[Tensor] | None,
) -> Steps:
    """Make some steps forward.

    Args:
        kernel: the cell.
        projected: for each step the input's part of the gates, [B, G].
        states: the states before, each [B, U], float32.
        weights: the recurrent kernel, [U, G].
        recurrent_bias: [G] or None.
        keep: for each step [B, 1]: 1 where it counts, 0 where it is masked; None if all count.

    Returns:
        The results of the steps.
    """
    dtype = weights.values.dtype
    outputs: list[Tensor] = []
    saved: list[list] = []
    before = tf.cast(states[0], dtype)
    for step, gates in enumerate(projected):
        recurrent = times(before, weights)  # [B, G]
        if recurrent_bias is not None:
            recurrent = tf.nn.bias_add(recurrent, recurrent_bias)
        if kernel.separate_recurrent_bias:
            new, kept = kernel.forward(tf.cast(gates, tf.float32), tf.cast(recurrent, tf.float32), states)
        else:
            new, kept = kernel.forward(tf.cast(gates + recurrent, tf.float32), None, states)
        if keep is not None:
            counts = keep[step] > 0  # [B, 1]; a product with 0 would leave what is not finite
            new = [tf.where(counts, fresh, old) for fresh, old in zip(new, states, strict=True)]
        saved.append(kept)
        states = new
        before = tf.cast(states[0], dtype)
        outputs.append(before)
    return Steps(outputs, states, saved)


def backward_steps(
    kernel: Kernel,
    saved: Sequence[Sequence[Tensor]],
    d_outputs: Sequence[Tensor],
    d_states: list[Tensor],
    weights: Matrix,
    keep: Sequence[Tensor] | None,
    scratch: tuple,
) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
    """Go some steps back.

    Args:
        kernel: the cell.
        saved: for each step what its kernel kept.
        d_outputs: for each step the gradient of its output, [B, U], float32.
        d_states: the gradients of the states after the last step, each [B, U], float32.
        weights: the recurrent kernel transposed, [G, U].
        keep: as in `forward_steps`.
        scratch: what the kernel's `scratch` made.

    Returns:
        For each step the gradients of `projected` and `recurrent`, and the gradients of the states before the first.
    """
    dtype = weights.values.dtype
    d_projected: list[Tensor] = []
    d_recurrent: list[Tensor] = []
    for step in reversed(range(len(saved))):
        d_states = [d_states[0] + d_outputs[step], *d_states[1:]]
        if keep is None:
            d_gates, d_inner, d_before = kernel.backward(saved[step], d_states, scratch)
        else:
            d_new = [keep[step] * d for d in d_states]
            d_gates, d_inner, d_before = kernel.backward(saved[step], d_new, scratch)
            d_skipped = [d_all - d_part for d_all, d_part in zip(d_states, d_new, strict=True)]
            d_before = [skip if d is None else d + skip for d, skip in zip(d_before, d_skipped, strict=True)]
        same = d_inner is d_gates
        d_gates = tf.cast(d_gates, dtype)
        d_inner = d_gates if same else tf.cast(d_inner, dtype)
        through = tf.cast(times(d_inner, weights), tf.float32)  # [B, U]
        d_states = [through if d_before[0] is None else d_before[0] + through, *d_before[1:]]
        d_projected.append(d_gates)
        d_recurrent.append(d_inner)
    return d_projected[::-1], d_recurrent[::-1], d_states


def forward_chunk(inputs: Inputs, weights: Matrix) -> tuple[Tensor, list[Tensor], list[list[Tensor]]]:
    """Make a known number of steps.

    Args:
        inputs: of these steps.
        weights: the recurrent kernel, laid out.

    Returns:
        The outputs [T, B, U], the final states, and for each step what its kernel saves.
    """
    keep = None if inputs.keep is None else tf.unstack(inputs.keep)
    done = forward_steps(inputs.kernel, tf.unstack(inputs.projected), inputs.states, weights, inputs.bias, keep)
    return tf.stack(done.outputs), done.states, done.saved


def backward_chunk(
    kernel: Kernel,
    saved: Sequence[Sequence[Tensor]],
    d_outputs: Tensor,
    d_states: list[Tensor],
    weights: Matrix,
    keep: Tensor | None,
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Go the steps of a chunk back.

    Args:
        kernel: the cell.
        saved: what `forward_chunk` saved.
        d_outputs: the gradient of its outputs, [T, B, U].
        d_states: the gradients of its final states.
        weights: the transposed recurrent kernel, laid out.
        keep: as in `Inputs`.

    Returns:
        The gradients of `projected` and of the state's projection, both [T, B, G] (the same tensor for a kernel without
        `separate_recurrent_bias`), and of the initial states.
    """
    kept = None if keep is None else tf.unstack(keep)
    rows = d_outputs.shape[1] if d_outputs.shape[1] is not None else tf.shape(d_outputs)[1]
    scratch = kernel.scratch(rows, d_outputs.shape[2])
    steps = tf.unstack(tf.cast(d_outputs, tf.float32))
    d_gates, d_inner, d_states = backward_steps(kernel, saved, steps, d_states, weights, kept, scratch)
    d_projected = tf.stack(d_gates)
    return d_projected, tf.stack(d_inner) if kernel.separate_recurrent_bias else d_projected, d_states
