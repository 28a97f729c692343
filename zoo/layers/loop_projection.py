"""A matmul inside a loop over time."""

from __future__ import annotations

from typing import Any

from keras import ops

from zoo.layers.portable import has_kernels


class LoopProjection:
    """Multiplies a part of the input that is known only inside a loop, and adds it to what was known before.

    Args:
        weight: [I, O].
        known: [T, B, O], what is added: the projection of the known part of the input, or a bias.
    """

    def __init__(self, weight: Any, known: Any) -> None:
        self.weight = weight
        self.known = known
        """To be sliced by the loop."""

    def __call__(self, known: Any, inputs: Any) -> Any:
        """Make one step.

        Args:
            known: [B, O], a slice of `self.known`.
            inputs: [B, I].

        Returns:
            [B, O].
        """
        return known + ops.matmul(inputs, self.weight)

    def finish(self, inputs: Any) -> None:
        """Hear after the loop what all its inputs were, [T, B, I]."""


def loop_projection(weight: Any, known: Any) -> LoopProjection:
    """Make a projection for a loop, with a gradient that is computed after the loop where the backend has one.

    Args:
        weight: [I, O].
        known: [T, B, O].
    """
    if has_kernels():
        from zoo.layers.tensorflow_loop_projection import DeferredProjection

        return DeferredProjection(weight, known)
    return LoopProjection(weight, known)
