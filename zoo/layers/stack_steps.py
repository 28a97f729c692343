"""Steps of a stack inside a loop over time: whatever can be computed before the loop is."""

from __future__ import annotations

from zoo import backend
from zoo.backend.generic.stack_steps import StackSteps
from zoo.backend.types import Tensor
from zoo.layers.recurrent import Recurrent
from zoo.layers.stack import Stack


def stack_steps(stack: Stack, known: Tensor, training: bool) -> StackSteps:
    """Make a stack ready for a loop, with the hand-written recurrence where it applies.

    Args:
        stack: built for inputs of width E + F.
        known: the part of the input that is known before the loop, [B, T, E]; E may be 0.
        training: whether dropout is on.
    """
    ours = all(isinstance(layer, Recurrent) for layer in stack.layers)
    steps = backend.active().stack_steps(stack.layers, training) if ours else StackSteps
    return steps(stack, known, training)
