"""A matmul inside a loop over time."""

from __future__ import annotations

from keras import ops

from zoo.backend.types import Tensor


class LoopProjection:
    """Multiplies the part of an input that is known only inside a loop, and adds what was known before it.

    Args:
        weight: [I, O].
        known: [T, B, O], added to the product: the projection of the known part of the input, or a bias.
    """

    def __init__(self, weight: Tensor, known: Tensor) -> None:
        self.weight = weight
        self.known = known
        """For the loop to slice."""

    def __call__(self, known: Tensor, inputs: Tensor) -> Tensor:
        """Make one step.

        Args:
            known: [B, O], a slice of `self.known`.
            inputs: [B, I].

        Returns:
            [B, O].
        """
        return known + ops.matmul(inputs, self.weight)

    def finish(self, inputs: Tensor) -> None:
        """Take the inputs of all steps [T, B, I], after the loop."""


def loop_projection(weight: Tensor, known: Tensor, training: bool) -> LoopProjection:
    """Make a projection for a loop (see `Backend.loop_projection`)."""
    del training
    return LoopProjection(weight, known)
