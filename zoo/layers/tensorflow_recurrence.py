"""The fast recurrence on TensorFlow: what all cells share.

Three things make it fast on a CPU:

* the input projection leaves the loop: one large matmul for all steps (or, for symbols, a look-up in a table that was
  projected once);
* the gradient is written by hand, so that the loop keeps only what is truly sequential: one small matmul and the
  element-wise part of a step. The gradients of the weights are large matmuls after the loop;
* a loop of known length is unrolled: the control-flow ops of `tf.while_loop` cost as much as a small step.

A cell is a `Kernel`: the element-wise part of one step, forward and backward. Element-wise work and carried states are
float32 also under a 16-bit policy (TensorFlow's 16-bit element-wise ops are slower than float32, and less exact);
matmuls run in the policy's dtype.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import tensorflow as tf

UNROLLED_STEPS = 160
"""A static number of steps up to this is unrolled as a whole; beyond, and for an unknown length, a loop runs."""

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
        previous: the first state before each step, in the matmul's dtype.
    """

    outputs: list
    states: list
    saved: list
    previous: list


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
    steps = projected.shape[0]
    run = _unrolled if steps is not None and steps <= UNROLLED_STEPS else _looped

    @tf.custom_gradient
    def operation(projected: Tensor, recurrent_kernel: Tensor, *others: Tensor) -> tuple:
        bias = others[0] if biases else None
        carried = [tf.cast(state, tf.float32) for state in others[len(biases) :]]
        outputs, final, back = run(kernel, projected, carried, recurrent_kernel, bias, keep)

        def gradient(d_outputs: Tensor, *d_final: Tensor) -> tuple:
            d_last = [tf.cast(d, tf.float32) for d in d_final]
            d_projected, d_recurrent, previous, d_states = back(tf.cast(d_outputs, tf.float32), d_last)
            r_flat = tf.reshape(d_recurrent, [-1, recurrent_kernel.shape[1]])  # [T B, G]
            h_flat = tf.reshape(previous, [-1, recurrent_kernel.shape[0]])  # [T B, U]
            d_kernel = tf.matmul(h_flat, r_flat, transpose_a=True)
            d_biases = [tf.reduce_sum(r_flat, 0) for _ in biases]
            d_initial = [tf.cast(d, state.dtype) for d, state in zip(d_states, states, strict=True)]
            return d_projected, d_kernel, *d_biases, *d_initial

        return (outputs, *(tf.cast(new, old.dtype) for new, old in zip(final, states, strict=True))), gradient

    outputs, *final = operation(projected, recurrent_kernel, *biases, *states)
    return outputs, final


def sweep(
    kernel: Kernel,
    projected: Sequence[Tensor],
    states: list,
    recurrent_kernel: Tensor,
    recurrent_bias: Tensor | None,
    keep: Sequence[Tensor] | None,
) -> Sweep:
    """Make some steps forward.

    Args:
        kernel: the cell.
        projected: for each step the input's part of the gates, [B, G].
        states: the states before, each [B, U], float32.
        recurrent_kernel: [U, G].
        recurrent_bias: [G] or None.
        keep: for each step [B, 1]: 1 where it counts, 0 where it is masked; None if all count.

    Returns:
        What the steps leave behind.
    """
    dtype = recurrent_kernel.dtype
    outputs: list[Tensor] = []
    saved: list[list] = []
    previous: list[Tensor] = []
    before = tf.cast(states[0], dtype)
    for step, gates in enumerate(projected):
        recurrent = tf.matmul(before, recurrent_kernel)  # [B, G]
        if recurrent_bias is not None:
            recurrent = tf.nn.bias_add(recurrent, recurrent_bias)
        if kernel.separate_recurrent_bias:
            new, kept = kernel.forward(tf.cast(gates, tf.float32), tf.cast(recurrent, tf.float32), states)
        else:
            new, kept = kernel.forward(tf.cast(gates + recurrent, tf.float32), None, states)
        if keep is not None:
            new = [old + keep[step] * (fresh - old) for fresh, old in zip(new, states, strict=True)]
        previous.append(before)
        saved.append(kept)
        states = new
        before = tf.cast(states[0], dtype)
        outputs.append(before)
    return Sweep(outputs, states, saved, previous)


def sweep_back(
    kernel: Kernel,
    saved: Sequence[Sequence[Tensor]],
    d_outputs: Sequence[Tensor],
    d_states: list,
    transposed: Tensor,
    keep: Sequence[Tensor] | None,
    scratch: tuple,
) -> tuple[list, list, list]:
    """Go some steps back.

    Args:
        kernel: the cell.
        saved: for each step what its kernel kept.
        d_outputs: for each step the gradient of its output, [B, U], float32.
        d_states: the gradients of the states after the last step, each [B, U], float32.
        transposed: the recurrent kernel transposed, [G, U]. (A matmul that transposes on the fly is a third slower.)
        keep: as in `sweep`.
        scratch: what the kernel's `scratch` made.

    Returns:
        For each step the gradients of `projected` and `recurrent`, and the gradients of the states before the first.
    """
    dtype = transposed.dtype
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
        through = tf.cast(tf.matmul(d_inner, transposed), tf.float32)  # [B, U]
        d_states = [through if d_before[0] is None else d_before[0] + through, *d_before[1:]]
        d_projected.append(d_gates)
        d_recurrent.append(d_inner)
    return d_projected[::-1], d_recurrent[::-1], d_states


def _scratch(kernel: Kernel, projected: Tensor, recurrent_kernel: Tensor) -> tuple:
    """Make the kernel's constants for a batch."""
    rows = projected.shape[1] if projected.shape[1] is not None else tf.shape(projected)[1]
    return kernel.scratch(rows, recurrent_kernel.shape[0])


def _unrolled(
    kernel: Kernel, projected: Tensor, states: list, recurrent_kernel: Tensor, bias: Tensor | None, keep: Tensor | None
) -> tuple:
    """Run a known number of steps as a straight line of ops."""
    kept = None if keep is None else tf.unstack(keep)
    done = sweep(kernel, tf.unstack(projected), states, recurrent_kernel, bias, kept)

    def back(d_outputs: Tensor, d_final: list) -> tuple:
        transposed = tf.transpose(recurrent_kernel)  # [G, U]
        scratch = _scratch(kernel, projected, recurrent_kernel)
        d_gates, d_inner, d_states = sweep_back(
            kernel, done.saved, tf.unstack(d_outputs), d_final, transposed, kept, scratch
        )
        d_projected = tf.stack(d_gates)  # [T, B, G]
        d_recurrent = tf.stack(d_inner) if kernel.separate_recurrent_bias else d_projected
        return d_projected, d_recurrent, tf.stack(done.previous), d_states

    return tf.stack(done.outputs), done.states, back


def _looped(
    kernel: Kernel, projected: Tensor, states: list, recurrent_kernel: Tensor, bias: Tensor | None, keep: Tensor | None
) -> tuple:
    """Run any number of steps with two `tf.while_loop`s, one there and one back."""
    steps = tf.shape(projected)[0]
    dtype = projected.dtype

    def arrays(number: int, kind: Any) -> list:
        return [tf.TensorArray(kind, size=steps) for _ in range(number)]

    def forward_step(step: Tensor, carried: list, outputs: Any, saved: list) -> tuple:
        now = None if keep is None else [keep[step]]
        one = sweep(kernel, [projected[step]], list(carried), recurrent_kernel, bias, now)
        outputs = outputs.write(step, one.outputs[0])
        saved = [array.write(step, value) for array, value in zip(saved, one.saved[0], strict=True)]
        return step + 1, one.states, outputs, saved

    _, final, outputs, saved = tf.while_loop(
        lambda step, *_: step < steps,
        forward_step,
        (tf.constant(0), states, *arrays(1, dtype), arrays(len(kernel.saved_names), tf.float32)),
    )
    stacked = outputs.stack()  # [T, B, U]
    stacked = tf.ensure_shape(stacked, [*projected.shape[:2], recurrent_kernel.shape[0]])
    kept = [array.stack() for array in saved]

    def back(d_outputs: Tensor, d_final: list) -> tuple:
        transposed = tf.transpose(recurrent_kernel)  # [G, U]
        scratch = _scratch(kernel, projected, recurrent_kernel)
        writes = 2 if kernel.separate_recurrent_bias else 1

        def backward_step(left: Tensor, d_states: list, gates: list) -> tuple:
            step = left - 1
            now = None if keep is None else [keep[step]]
            d_gates, d_inner, d_states = sweep_back(
                kernel, [[value[step] for value in kept]], [d_outputs[step]], list(d_states), transposed, now, scratch
            )
            news = (d_gates[0], d_inner[0])[:writes]
            return step, d_states, [array.write(step, new) for array, new in zip(gates, news, strict=True)]

        _, d_states, gates = tf.while_loop(
            lambda left, *_: left > 0, backward_step, (steps, d_final, arrays(writes, dtype))
        )
        d_projected = tf.ensure_shape(gates[0].stack(), projected.shape)  # [T, B, G]
        d_recurrent = gates[1].stack() if kernel.separate_recurrent_bias else d_projected
        previous = tf.concat([tf.cast(states[0], dtype)[tf.newaxis], stacked[:-1]], 0)  # [T, B, U]
        return d_projected, d_recurrent, previous, d_states

    return stacked, list(final), back
