"""A known number of steps as calls of a function that makes some of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from zoo.backend.tensorflow.cells import Kernel
from zoo.backend.tensorflow.steps import Inputs, Matrix, backward_chunk, forward_chunk, matrix
from zoo.backend.types import Tensor

CHUNK_STEPS = 8
"""A sequence is cut into chunks of at most this many steps; up to it, it is unrolled in one piece.

At eight a step is as fast as with the whole length unrolled. Larger chunks take longer to optimise, and more memory.
"""


class _Functions(NamedTuple):
    """The functions of a chunk."""

    forward: Callable[..., tuple[Tensor, list[Tensor], list[list[Tensor]]]]
    infer: Callable[..., tuple[Tensor, list[Tensor]]]
    backward: Callable[..., tuple[Tensor, Tensor, list[Tensor]]]


def run_saving(inputs: Inputs) -> tuple[Tensor, list[Tensor], Callable[..., tuple[Tensor, Tensor, list[Tensor]]]]:
    """Run forward, and save what the way back needs (see `passes.run_saving`)."""
    sizes = chunk_sizes(inputs.projected.shape[0])
    keeps = [None] * len(sizes) if inputs.keep is None else tf.split(inputs.keep, sizes)
    weights, transposed = matrix(inputs.weights)
    functions = {size: _functions(inputs, size, transposed) for size in set(sizes)}
    outputs, states, saved = [], inputs.states, []
    for size, part, keep in zip(sizes, tf.split(inputs.projected, sizes), keeps, strict=True):
        shown, states, left = functions[size].forward(part, states, weights, inputs.bias, keep)
        outputs.append(shown)
        saved.append(left)

    def back(d_outputs: Tensor, d_states: list[Tensor]) -> tuple[Tensor, Tensor, list[Tensor]]:
        weights = matrix(inputs.weights, transpose=True).values
        d_parts = tf.split(d_outputs, sizes)
        gates: list[tuple[Tensor, Tensor]] = []
        for number in reversed(range(len(sizes))):
            *d_gates, d_states = functions[sizes[number]].backward(
                saved[number], d_parts[number], d_states, weights, keeps[number]
            )
            gates.insert(0, (d_gates[0], d_gates[-1]))
        d_projected = tf.concat([pair[0] for pair in gates], 0)  # [T, B, G]
        if not inputs.kernel.separate_recurrent_bias:
            return d_projected, d_projected, d_states
        return d_projected, tf.concat([pair[1] for pair in gates], 0), d_states

    return tf.concat(outputs, 0), states, back


def run(inputs: Inputs) -> tuple[Tensor, list[Tensor]]:
    """Run forward only (see `passes.run`)."""
    sizes = chunk_sizes(inputs.projected.shape[0])
    keeps = [None] * len(sizes) if inputs.keep is None else tf.split(inputs.keep, sizes)
    weights, transposed = matrix(inputs.weights)
    functions = {size: _functions(inputs, size, transposed) for size in set(sizes)}
    outputs, states = [], inputs.states
    for size, part, keep in zip(sizes, tf.split(inputs.projected, sizes), keeps, strict=True):
        shown, states = functions[size].infer(part, states, weights, inputs.bias, keep)
        outputs.append(shown)
    return tf.concat(outputs, 0), states


def chunk_sizes(steps: int) -> list[int]:
    """Cut a number of steps into as few chunks as may be, all of one size but the last, which is not larger."""
    count = -(-steps // CHUNK_STEPS)
    size = -(-steps // count)
    return [min(size, steps - start) for start in range(0, steps, size)]


def _functions(inputs: Inputs, steps: int, transposed: bool) -> _Functions:
    """Find the functions of a chunk: eagerly those that were traced before, in a graph new ones of its own.

    Args:
        inputs: of the whole recurrence.
        steps: of the chunk.
        transposed: the layout of the weights (see `Matrix`).
    """
    if tf.executing_eagerly():
        return _eager_functions(type(inputs.kernel), steps, inputs.weights.shape[0], inputs.weights.dtype, transposed)
    return _make_functions(inputs.kernel, transposed, eager=False)


@functools.cache
def _eager_functions(kernel: type[Kernel], steps: int, units: int, dtype: tf.DType, transposed: bool) -> _Functions:
    """Make functions once for each set of sizes but the batch's, which any number of rows can then use."""
    del steps, units, dtype
    return _make_functions(kernel(), transposed, eager=True)


def _make_functions(kernel: Kernel, transposed: bool, eager: bool) -> _Functions:
    # The graph of a training step calls these functions, and does not take in their ops: it stays small.
    traced_apart = {} if eager else {"experimental_attributes": {"_noinline": True}}
    trace = functools.partial(tf.function, autograph=False, reduce_retracing=eager)

    def forward(
        part: Tensor, states: list[Tensor], weights: Tensor, bias: Tensor | None, keep: Tensor | None
    ) -> tuple[Tensor, list[Tensor], list[list[Tensor]]]:
        return forward_chunk(Inputs(kernel, part, states, weights, bias, keep), Matrix(weights, transposed))

    def infer(
        part: Tensor, states: list[Tensor], weights: Tensor, bias: Tensor | None, keep: Tensor | None
    ) -> tuple[Tensor, list[Tensor]]:
        return forward(part, states, weights, bias, keep)[:2]

    def backward(
        saved: list[list[Tensor]], d_outputs: Tensor, d_states: list[Tensor], weights: Tensor, keep: Tensor | None
    ) -> tuple[Tensor, ...]:
        d_projected, d_recurrent, d_states = backward_chunk(
            kernel, saved, d_outputs, d_states, Matrix(weights, transposed), keep
        )
        return (d_projected, d_recurrent, d_states) if kernel.separate_recurrent_bias else (d_projected, d_states)

    return _Functions(trace(forward, **traced_apart), trace(infer), trace(backward, **traced_apart))
