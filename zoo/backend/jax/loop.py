"""A loop over time on JAX: a scan, traced once."""

from __future__ import annotations

from keras import ops, tree

from zoo.backend.interface import NumberedStep
from zoo.backend.types import Nest


def run_steps(step: NumberedStep, sequences: Nest, state: Nest) -> tuple[Nest, Nest]:
    """Run a step over all positions of some sequences (see `Backend.run_steps`)."""

    def body(carried: Nest, item: Nest) -> tuple[Nest, Nest]:
        number, slices = item
        output, carried = step(number, slices, carried)
        return carried, output

    numbers = ops.arange(tree.flatten(sequences)[0].shape[0])
    state, outputs = ops.scan(body, state, (numbers, sequences))
    return outputs, state
