"""Some steps of a cell on TensorFlow, forward and back, and what a cell has to say about a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import tensorflow as tf

from zoo.processor import likes_transposed_weights

Tensor = Any
"""tf.Tensor, whose stubs mypy does not see."""


class Kernel(Protocol):
    """The element-wise part of one step of a cell."""

    separate_recurrent_bias: bool
    """False if the kernel wants the plain sum of both projections as `projected`, and None as `recurrent`."""

    saved_names: tuple[str, ...]
    """What `forward` keeps, in order."""

    def forward(self, projected: Tensor, recurrent: Tensor, states: Sequence[Tensor]) -> tuple[list, list]:
        """Make one step.

        Args:
            projected: the input's part of the gates, [B, G], float32.
            recurrent: the previous output's part of the gates, [B, G], float32.
            states: the previous states, each [B, U], float32; the first is the output.

        Returns:
            The new states, and the tensors that `backward` wants to see again.
        """

    def scratch(self, rows: Tensor, units: int) -> tuple:
        """Make constants that `backward` needs in every step, once.

        Args:
            rows: B.
            units: U.

        Returns:
            What `backward` gets as its last argument.
        """

    def backward(
        self, saved: Sequence[Tensor], gradients: Sequence[Tensor], scratch: tuple
    ) -> tuple[Tensor, Tensor, list]:
        """Go one step back.

        Args:
            saved: what `forward` kept.
            gradients: the gradients of the new states, each [B, U].
            scratch: what `scratch` made.

        Returns:
            The gradients of `projected`, of `recurrent` (the same tensor if they are equal) and of the previous
            states, without what flows through `recurrent`; None for a state that has no other part.
        """


class Sweep(NamedTuple):
    """What a forward pass over some steps leaves behind.

    Args:
        outputs: the first state after each step.
        states: the states after the last step.
        saved: for each step what its kernel keeps for the way back.
    """

    outputs: list
    states: list
    saved: list


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


def sweep(
    kernel: Kernel,
    projected: Sequence[Tensor],
    states: list,
    weights: Matrix,
    recurrent_bias: Tensor | None,
    keep: Sequence[Tensor] | None,
) -> Sweep:
    """Make some steps forward.

    Args:
        kernel: the cell.
        projected: for each step the input's part of the gates, [B, G].
        states: the states before, each [B, U], float32.
        weights: the recurrent kernel, [U, G].
        recurrent_bias: [G] or None.
        keep: for each step [B, 1]: 1 where it counts, 0 where it is masked; None if all count.

    Returns:
        What the steps leave behind.
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
            new = [old + keep[step] * (fresh - old) for fresh, old in zip(new, states, strict=True)]
        saved.append(kept)
        states = new
        before = tf.cast(states[0], dtype)
        outputs.append(before)
    return Sweep(outputs, states, saved)


def sweep_back(
    kernel: Kernel,
    saved: Sequence[Sequence[Tensor]],
    d_outputs: Sequence[Tensor],
    d_states: list,
    weights: Matrix,
    keep: Sequence[Tensor] | None,
    scratch: tuple,
) -> tuple[list, list, list]:
    """Go some steps back.

    Args:
        kernel: the cell.
        saved: for each step what its kernel kept.
        d_outputs: for each step the gradient of its output, [B, U], float32.
        d_states: the gradients of the states after the last step, each [B, U], float32.
        weights: the recurrent kernel transposed, [G, U].
        keep: as in `sweep`.
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
