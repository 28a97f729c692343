"""A loop over time in Python."""

from __future__ import annotations

from keras import ops, tree

from zoo.backend.interface import NumberedStep
from zoo.backend.types import Nest


def run_steps(step: NumberedStep, sequences: Nest, state: Nest) -> tuple[Nest, Nest]:
    """Run a step over all positions of some sequences (see `Backend.run_steps`)."""
    outputs = []
    for number in range(tree.flatten(sequences)[0].shape[0]):
        output, state = step(number, tree.map_structure(lambda value, at=number: value[at], sequences), state)
        outputs.append(output)
    return tree.map_structure(lambda *parts: ops.stack(parts), *outputs), state
