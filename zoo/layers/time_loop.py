"""A loop over time around any step, for what a recurrent layer alone cannot do: a step that hears its own output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops, tree

from zoo.layers.randomness import step_randomness

Step = Callable[[Any, Any], tuple[Any, Any]]
"""Called as `step(slices, state)`; returns (output, state)."""


def run_steps(step: Step, sequences: Any, state: Any) -> tuple[Any, Any]:
    """Run a step over all positions of some sequences, one after another.

    Args:
        step: called with one position of the sequences and the state; returns an output and the new state, which has
            the shapes and dtypes of the old one. Random numbers that it draws differ from step to step.
        sequences: any nesting of tensors [T, B, ...], time first; at least one.
        state: any nesting of tensors.

    Returns:
        The outputs of all steps, each [T, ...], and the last state.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from zoo.layers.tensorflow_time_loop import run_steps as run

        return run(step, sequences, state)
    if backend == "jax":
        randomness = step_randomness()

        def body(carried: Any, item: Any) -> tuple[Any, Any]:
            number, slices = item
            with randomness(number):
                output, carried = step(slices, carried)
            return carried, output

        numbers = ops.arange(tree.flatten(sequences)[0].shape[0])
        state, outputs = ops.scan(body, state, (numbers, sequences))
        return outputs, state
    outputs = []
    for number in range(tree.flatten(sequences)[0].shape[0]):
        output, state = step(tree.map_structure(lambda value, at=number: value[at], sequences), state)
        outputs.append(output)
    return tree.map_structure(lambda *parts: ops.stack(parts), *outputs), state
