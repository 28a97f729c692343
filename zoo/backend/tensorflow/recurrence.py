"""The fast recurrence on TensorFlow: a cell over a sequence, with its gradient.

Three things make it fast on a CPU:

* the input projection leaves the loop: one large matmul for all steps (or, for tokens, a look-up in embeddings that
  were projected once);
* the gradient is written by hand, so that the loop keeps only what is truly sequential: one small matmul and the
  element-wise part of a step. The gradients of the weights are large matmuls after the loop;
* steps are unrolled: the control-flow ops of `tf.while_loop` cost as much as a small step. A long sequence is cut into
  chunks that are one function, so that it is traced and optimised for a chunk rather than for the whole length.

A cell is a `Kernel`: the element-wise part of one step, forward and backward. Element-wise work and carried states are
float32 also under a 16-bit policy (TensorFlow's 16-bit element-wise ops are slower than float32, and less exact);
matmuls run in the policy's dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from zoo.backend.tensorflow import passes
from zoo.backend.tensorflow.cells import Kernel
from zoo.backend.tensorflow.steps import Inputs
from zoo.backend.types import Tensor

Gradient = Callable[..., tuple[Tensor, ...]]


def recurrence(
    kernel: Kernel,
    projected: Tensor,
    states: Sequence[Tensor],
    recurrent_kernel: Tensor,
    recurrent_bias: Tensor | None = None,
    mask: Tensor | None = None,
    training: bool = True,
) -> tuple[Tensor, list[Tensor]]:
    """Run a cell over a sequence.

    Args:
        kernel: the cell.
        projected: the input's part of the gates with its bias, [T, B, G], time first, in the dtype that the matmuls
            shall have; finite also at masked steps.
        states: the initial states, each [B, U], of any floating dtype.
        recurrent_kernel: [U, G], of the dtype of `projected`.
        recurrent_bias: [G], for a kernel with `separate_recurrent_bias`.
        mask: [T, B], False where a step shall leave the states as they are; None for no such step.
        training: whether to save, on the way forward, what the gradient needs. Without, the gradient is the same, but
            first goes forward once more; and the graph can be exported.

    Returns:
        The first state after every step [T, B, U] in the dtype of `projected`, and the final states in that of
        `states`.
    """
    dtypes = [state.dtype for state in states]
    keep = None if mask is None else tf.cast(mask, tf.float32)[:, :, tf.newaxis]  # [T, B, 1]
    biased = recurrent_bias is not None

    def read(projected: Tensor, weights: Tensor, *others: Tensor) -> Inputs:
        carried = [tf.cast(state, tf.float32) for state in others[biased:]]
        return Inputs(kernel, projected, carried, weights, others[0] if biased else None, keep)

    def results(outputs: Tensor, final: list[Tensor]) -> tuple[Tensor, ...]:
        return outputs, *(tf.cast(state, dtype) for state, dtype in zip(final, dtypes, strict=True))

    @tf.custom_gradient
    def operation(*tensors: Tensor) -> tuple[tuple[Tensor, ...], Gradient]:
        inputs = read(*_unrecorded(tensors))
        if training:
            outputs, final, back = passes.run_saving(inputs)
        else:
            (outputs, final), back = passes.run(inputs), None

        def gradient(*d_results: Tensor) -> tuple[Tensor, ...]:
            @tf.custom_gradient
            def first(*both: Tensor) -> tuple[tuple[Tensor, ...], Gradient]:
                d_outputs, *d_final = _unrecorded(both[len(tensors) :])
                shown, go_back = (outputs, back) if back is not None else passes.run_saving(inputs)[::2]
                d_last = [tf.cast(d, tf.float32) for d in d_final]
                d_projected, d_recurrent, d_states = go_back(d_outputs, d_last)
                d_kernel = _kernel_gradient(tf.cast(inputs.states[0], shown.dtype), shown, d_recurrent)
                d_bias = [tf.reduce_sum(d_recurrent, [0, 1])] if biased else []
                d_initial = [tf.cast(d, dtype) for d, dtype in zip(d_states, dtypes, strict=True)]
                return (d_projected, d_kernel, *d_bias, *d_initial), second(both)

            return first(*tensors, *d_results)

        def second(both: tuple[Tensor, ...]) -> Gradient:
            """The gradient of the gradient: derived by TensorFlow, from the steps in plain operations."""

            def derived(*dd_results: Tensor) -> tuple[Tensor, ...]:
                with tf.GradientTape() as outer:
                    outer.watch(both)
                    with tf.GradientTape() as inner:
                        inner.watch(both[: len(tensors)])
                        again = results(*passes.run(read(*both[: len(tensors)])))
                    d_tensors = inner.gradient(again, both[: len(tensors)], both[len(tensors) :])
                found = outer.gradient(d_tensors, both, dd_results, unconnected_gradients="zero")
                return tuple(found)

            return derived

        return results(outputs, final), gradient

    outputs, *final = operation(projected, recurrent_kernel, *([recurrent_bias] if biased else []), *states)
    return outputs, final


def _unrecorded(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Hide tensors from an active tape, which would derive the gradients of functions although they are given."""
    return [tf.stop_gradient(tensor) for tensor in tensors]


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
