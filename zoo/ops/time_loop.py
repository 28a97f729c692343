"""A loop over time around any step, for what a recurrent layer alone cannot do: a step that reads its own output."""

from __future__ import annotations

from collections.abc import Callable

from zoo import backend
from zoo.backend.types import Nest, Tensor
from zoo.ops.randomness import step_randomness

Step = Callable[[Nest, Nest], tuple[Nest, Nest]]
"""Called as `step(slices, state)`; returns (output, state)."""


def run_steps(step: Step, sequences: Nest, state: Nest) -> tuple[Nest, Nest]:
    """Run a step over all positions of some sequences, one after another.

    Args:
        step: called with one position of the sequences and the state; returns an output and the new state, which has
            the shapes and dtypes of the old one. Random numbers that it draws differ from step to step.
        sequences: any nesting of tensors [T, B, ...], time first; at least one.
        state: any nesting of tensors.

    Returns:
        The outputs of all steps, each [T, ...], and the last state.
    """
    randomness = step_randomness()

    def numbered(number: int | Tensor, slices: Nest, state: Nest) -> tuple[Nest, Nest]:
        with randomness(number):
            return step(slices, state)

    return backend.active().run_steps(numbered, sequences, state)
