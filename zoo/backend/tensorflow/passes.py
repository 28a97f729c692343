"""Ways to run a cell over a sequence on TensorFlow: in one piece, in chunks of a function, or in a loop."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from zoo.backend.tensorflow import chunked, looped
from zoo.backend.tensorflow.steps import Inputs, backward_chunk, forward_chunk, matrix
from zoo.backend.types import Tensor

INLINED_STEPS = 256
"""Up to this many steps a graph for inference is one straight line, which converters such as LiteRT's understand."""

Back = Callable[[Tensor, list[Tensor]], tuple[Tensor, Tensor, list[Tensor]]]
"""Goes back: from the gradients of the outputs [T, B, U] and the final states to those of the projections of the input
and of the state, each [T, B, G], and of the initial states."""


def run_saving(inputs: Inputs) -> tuple[Tensor, list[Tensor], Back]:
    """Run forward, and save what the way back needs.

    Returns:
        The outputs [T, B, U], the final states, and the way back.
    """
    steps = inputs.projected.shape[0]
    if steps is None:
        return looped.run_saving(inputs)
    return _unrolled(inputs) if steps <= chunked.CHUNK_STEPS else chunked.run_saving(inputs)


def run(inputs: Inputs) -> tuple[Tensor, list[Tensor]]:
    """Run forward only, in operations of which TensorFlow can derive any gradient.

    Returns:
        The outputs [T, B, U] and the final states.
    """
    steps = inputs.projected.shape[0]
    if steps is not None and steps <= chunked.CHUNK_STEPS:
        return forward_chunk(inputs, matrix(inputs.weights))[:2]
    if steps is not None and (steps <= INLINED_STEPS or tf.executing_eagerly()):
        return chunked.run(inputs)
    return looped.run(inputs)


def _unrolled(inputs: Inputs) -> tuple[Tensor, list[Tensor], Back]:
    """Run a known number of steps as a straight line of ops."""
    outputs, final, saved = forward_chunk(inputs, matrix(inputs.weights))

    def back(d_outputs: Tensor, d_final: list[Tensor]) -> tuple[Tensor, Tensor, list[Tensor]]:
        weights = matrix(inputs.weights, transpose=True)
        return backward_chunk(inputs.kernel, saved, d_outputs, d_final, weights, inputs.keep)

    return outputs, final, back
