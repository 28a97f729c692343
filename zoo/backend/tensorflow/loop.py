"""A loop over time on TensorFlow: unrolled where it is short, a `tf.while_loop` where it is long or not known."""

from __future__ import annotations

import tensorflow as tf
from keras import tree

from zoo.backend.interface import NumberedStep
from zoo.backend.types import Nest, Tensor

UNROLLED_STEPS = 8
"""A static number of steps up to this is unrolled. A step with attention is so large that the ops of a while loop do
not show beside it (measured: the same CPU time at 16 and 32 steps), while a long straight line is long in tracing."""


def run_steps(step: NumberedStep, sequences: Nest, state: Nest) -> tuple[Nest, Nest]:
    """Run a step over all positions of some sequences (see `Backend.run_steps`)."""
    flat = [tf.convert_to_tensor(value) for value in tree.flatten(sequences)]
    steps = flat[0].shape[0]
    if steps is not None and steps <= UNROLLED_STEPS:
        return _unrolled(step, sequences, flat, state)
    return _looped(step, sequences, flat, state)


def _unrolled(step: NumberedStep, sequences: Nest, flat: list[Tensor], state: Nest) -> tuple[Nest, Nest]:
    outputs = []
    for number, slices in enumerate(zip(*(tf.unstack(value) for value in flat), strict=True)):
        output, state = step(number, tree.pack_sequence_as(sequences, list(slices)), state)
        outputs.append(output)
    return tree.map_structure(lambda *parts: tf.stack(parts), *outputs), state


def _looped(step: NumberedStep, sequences: Nest, flat: list[Tensor], state: Nest) -> tuple[Nest, Nest]:
    """Make the first step outside the loop, to learn the shapes and dtypes of what a step returns."""
    steps = tf.shape(flat[0])[0]
    # Read from arrays: the gradient of a slice of a tensor is as large as the tensor, at every step.
    queues = [
        tf.TensorArray(value.dtype, size=steps, element_shape=value.shape[1:], clear_after_read=False).unstack(value)
        for value in flat
    ]

    def advance(number: Tensor, state: Nest) -> tuple[Nest, Nest]:
        return step(number, tree.pack_sequence_as(sequences, [queue.read(number) for queue in queues]), state)

    first, state = advance(tf.constant(0), state)
    arrays = [
        tf.TensorArray(value.dtype, size=steps, element_shape=value.shape).write(0, value)
        for value in tree.flatten(first)
    ]

    def body(number: Tensor, leaves: list[Tensor], arrays: list[tf.TensorArray]) -> tuple[Nest, ...]:
        output, after = advance(number, tree.pack_sequence_as(state, list(leaves)))
        written = [array.write(number, value) for array, value in zip(arrays, tree.flatten(output), strict=True)]
        return number + 1, tree.flatten(after), written

    leaves = [tf.convert_to_tensor(leaf) for leaf in tree.flatten(state)]
    _, leaves, arrays = tf.while_loop(
        lambda number, *_: number < steps,
        body,
        (tf.constant(1), leaves, arrays),
        # Without it XLA does not know how large the gradient's stacks become.
        maximum_iterations=steps - 1,
        shape_invariants=(tf.TensorShape([]), [leaf.shape for leaf in leaves], [tf.TensorShape(None) for _ in arrays]),
    )
    return tree.pack_sequence_as(first, [array.stack() for array in arrays]), tree.pack_sequence_as(state, list(leaves))
