"""Ways to run a cell over a sequence on TensorFlow: in one piece, in chunks of a function, or in a loop.

Each returns the outputs [T, B, U], the final states, and a function that goes back: from the gradients of both to those
of the projections of the input and of the state, each [T, B, G], and of the initial states.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from zoo.backend.tensorflow.cells import Kernel
from zoo.backend.tensorflow.steps import Matrix, backward_steps, forward_steps, matrix
from zoo.backend.types import Tensor

CHUNK_STEPS = 8
"""A known number of steps up to this is unrolled in one piece; a longer sequence is cut into chunks not above it.

At eight a step is as fast as with the whole length unrolled. Larger chunks take longer to optimise, and more memory.
"""

LOOP_STEPS = 16
"""How many steps an iteration of the loop makes where the length is unknown; the rest are made one by one."""

Back = Callable[[Tensor, list], tuple[Tensor, Tensor, list]]
Pass = Callable[[Kernel, Tensor, list, Tensor, "Tensor | None", "Tensor | None"], tuple[Tensor, list, Back]]


def chosen_pass(steps: int | None) -> Pass:
    """Choose the way for a number of steps, None if it is unknown."""
    if steps is None:
        return looped
    return unrolled if steps <= CHUNK_STEPS else chunked


def unrolled(
    kernel: Kernel, projected: Tensor, states: list, recurrent_kernel: Tensor, bias: Tensor | None, keep: Tensor | None
) -> tuple[Tensor, list, Back]:
    """Run a known number of steps as a straight line of ops."""
    outputs, final, saved = _forward(kernel, projected, states, matrix(recurrent_kernel), bias, keep)

    def back(d_outputs: Tensor, d_final: list) -> tuple[Tensor, Tensor, list]:
        weights = matrix(recurrent_kernel, transpose=True)
        *gates, d_states = _backward(kernel, saved, d_outputs, d_final, weights, keep)
        return gates[0], gates[-1], d_states

    return outputs, final, back


def chunked(
    kernel: Kernel, projected: Tensor, states: list, recurrent_kernel: Tensor, bias: Tensor | None, keep: Tensor | None
) -> tuple[Tensor, list, Back]:
    """Run a known number of steps as calls of a function that makes some of them."""
    sizes = chunk_sizes(projected.shape[0])
    keeps = [None] * len(sizes) if keep is None else tf.split(keep, sizes)
    transposed = matrix(recurrent_kernel).transposed

    @_traced_apart
    def forward(part: Tensor, states: list, weights: Tensor, bias: Tensor | None, keep: Tensor | None) -> tuple:
        return _forward(kernel, part, states, Matrix(weights, transposed), bias, keep)

    @_traced_apart
    def backward(saved: list, d_outputs: Tensor, d_states: list, weights: Tensor, keep: Tensor | None) -> tuple:
        return _backward(kernel, saved, d_outputs, d_states, Matrix(weights, transposed), keep)

    outputs, saved = [], []
    weights = matrix(recurrent_kernel).values
    for part, kept in zip(tf.split(projected, sizes), keeps, strict=True):
        shown, states, left = forward(part, states, weights, bias, kept)
        outputs.append(shown)
        saved.append(left)

    def back(d_outputs: Tensor, d_states: list) -> tuple[Tensor, Tensor, list]:
        weights = matrix(recurrent_kernel, transpose=True).values
        d_parts = tf.split(d_outputs, sizes)
        gates: list[list] = []
        for number in reversed(range(len(sizes))):
            *d_gates, d_states = backward(saved[number], d_parts[number], d_states, weights, keeps[number])
            gates.insert(0, d_gates)
        whole = [tf.concat(parts, 0) for parts in zip(*gates, strict=True)]  # [T, B, G]
        return whole[0], whole[-1], d_states

    return tf.concat(outputs, 0), states, back


def chunk_sizes(steps: int) -> list[int]:
    """Cut a number of steps into as few chunks as may be, all of one size but the last, which is not larger."""
    count = -(-steps // CHUNK_STEPS)
    size = -(-steps // count)
    return [min(size, steps - start) for start in range(0, steps, size)]


def looped(
    kernel: Kernel, projected: Tensor, states: list, recurrent_kernel: Tensor, bias: Tensor | None, keep: Tensor | None
) -> tuple[Tensor, list, Back]:
    """Run any number of steps: a loop over chunks, and one over the steps that are left."""
    whole = tf.shape(projected)[0] // LOOP_STEPS * LOOP_STEPS
    keeps = (None, None) if keep is None else (keep[:whole], keep[whole:])
    parts = (projected[:whole], projected[whole:])
    sizes = (LOOP_STEPS, 1)
    outputs, backs = [], []
    for part, kept, size in zip(parts, keeps, sizes, strict=True):
        shown, states, back_part = _loop(kernel, part, states, recurrent_kernel, bias, kept, size)
        outputs.append(shown)
        backs.append(back_part)

    def back(d_outputs: Tensor, d_states: list) -> tuple[Tensor, Tensor, list]:
        d_parts = (d_outputs[:whole], d_outputs[whole:])
        gates: list[list] = []
        for number in (1, 0):
            *d_gates, d_states = backs[number](d_parts[number], d_states)
            gates.insert(0, d_gates)
        joined = [tf.ensure_shape(tf.concat(both, 0), projected.shape) for both in zip(*gates, strict=True)]
        return joined[0], joined[-1], d_states

    shape = [*projected.shape[:2], recurrent_kernel.shape[0]]
    return tf.ensure_shape(tf.concat(outputs, 0), shape), states, back


def _loop(
    kernel: Kernel,
    projected: Tensor,
    states: list,
    recurrent_kernel: Tensor,
    bias: Tensor | None,
    keep: Tensor | None,
    size: int,
) -> tuple:
    """Run a multiple of `size` steps with two `tf.while_loop`s, one there and one back."""
    count = tf.shape(projected)[0] // size
    weights = matrix(recurrent_kernel)
    units, width = recurrent_kernel.shape

    def arrays(*kinds: tf.DType) -> list:
        return [tf.TensorArray(kind, size=count, infer_shape=False) for kind in kinds]

    def chunk(values: Tensor | None, number: Tensor) -> Tensor | None:
        if values is None:
            return None
        return tf.ensure_shape(values[number * size : (number + 1) * size], [size, *values.shape[1:]])

    def write(into: Sequence[Tensor], number: Tensor, values: Sequence[Tensor]) -> list:
        return [array.write(number, value) for array, value in zip(into, values, strict=True)]

    def joinable(width: int) -> Tensor:
        """An array for chunks [size, B, width] and, as none cannot be joined, one of zeros behind them."""
        behind = tf.zeros([size, tf.shape(projected)[1], width], projected.dtype)
        array = tf.TensorArray(projected.dtype, size=count + 1, infer_shape=False)
        return array.write(count, behind)

    def join(array: tf.TensorArray, width: int) -> Tensor:
        return tf.ensure_shape(array.concat()[: count * size], [None, projected.shape[1], width])

    shapes: list = []  # of what is saved; an array that may be empty forgets them

    def forward_step(number: Tensor, carried: list, outputs: list, saved: list) -> tuple:
        shown, carried, left = _forward(
            kernel, chunk(projected, number), list(carried), weights, bias, chunk(keep, number)
        )
        stacked = [tf.stack(values) for values in zip(*left, strict=True)]
        shapes[:] = [values.shape for values in stacked]
        return number + 1, carried, write(outputs, number, [shown]), write(saved, number, stacked)

    _, final, outputs, saved = tf.while_loop(
        lambda number, *_: number < count,
        forward_step,
        (tf.constant(0), states, [joinable(units)], arrays(*[tf.float32] * len(kernel.saved_names))),
    )

    def back(d_outputs: Tensor, d_final: list) -> tuple:
        transposed = matrix(recurrent_kernel, transpose=True)
        writes = 2 if kernel.separate_recurrent_bias else 1

        def backward_step(left: Tensor, d_states: list, gates: list) -> tuple:
            number = left - 1
            read = [
                tf.unstack(tf.ensure_shape(array.read(number), shape))
                for array, shape in zip(saved, shapes, strict=True)
            ]
            kept = [list(values) for values in zip(*read, strict=True)]
            *news, d_states = _backward(
                kernel, kept, chunk(d_outputs, number), list(d_states), transposed, chunk(keep, number)
            )
            return number, d_states, write(gates, number, news)

        _, d_states, gates = tf.while_loop(
            lambda left, *_: left > 0, backward_step, (count, d_final, [joinable(width) for _ in range(writes)])
        )
        return *(join(array, width) for array in gates), d_states

    return join(outputs[0], units), list(final), back


def _traced_apart(function: Callable[..., tuple]) -> Tensor:
    """Make a TensorFlow function that stays one: the graph around it calls it instead of taking in its ops."""
    return tf.function(function, autograph=False, experimental_attributes={"_noinline": True})


def _forward(
    kernel: Kernel, projected: Tensor, states: list, weights: Matrix, bias: Tensor | None, keep: Tensor | None
) -> tuple[Tensor, list, list]:
    """Make the steps of [T, B, G]; returns the outputs [T, B, U], the final states, and for each step what is kept."""
    kept = None if keep is None else tf.unstack(keep)
    done = forward_steps(kernel, tf.unstack(projected), states, weights, bias, kept)
    return tf.stack(done.outputs), done.states, done.saved


def _backward(
    kernel: Kernel, saved: Sequence, d_outputs: Tensor, d_states: list, weights: Matrix, keep: Tensor | None
) -> tuple:
    """Go the same steps back; returns the gradients of `projected`, of the state's projection where it has others, and
    of the initial states."""
    kept = None if keep is None else tf.unstack(keep)
    rows = d_outputs.shape[1] if d_outputs.shape[1] is not None else tf.shape(d_outputs)[1]
    scratch = kernel.scratch(rows, d_outputs.shape[2])
    steps = tf.unstack(tf.cast(d_outputs, tf.float32))
    d_gates, d_inner, d_states = backward_steps(kernel, saved, steps, d_states, weights, kept, scratch)
    if kernel.separate_recurrent_bias:
        return tf.stack(d_gates), tf.stack(d_inner), d_states
    return tf.stack(d_gates), d_states
