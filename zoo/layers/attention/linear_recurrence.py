"""A linear recurrence along an axis, in few large steps where its length is known."""

from __future__ import annotations

from keras import ops

from zoo.backend.types import Tensor
from zoo.ops.time_loop import run_steps


def linear_recurrence(factors: Tensor, inputs: Tensor) -> Tensor:
    """Compute `x[j] = factors[j] x[j - 1] + inputs[j]` with `x[-1] = 0`.

    Only adds and multiplies, so that factors of 0 are as good as any: the closed form by cumulative products divides
    by them. A known length S takes log2 S doublings; another one is a loop.

    Args:
        factors: [B, S].
        inputs: [B, S].

    Returns:
        x [B, S].
    """
    length = inputs.shape[1]
    if length is None:

        def one(place: tuple[Tensor, Tensor], before: Tensor) -> tuple[Tensor, Tensor]:
            after = place[0] * before + place[1]  # [B]
            return after, after

        over_places = (ops.swapaxes(factors, 0, 1), ops.swapaxes(inputs, 0, 1))
        values, _ = run_steps(one, over_places, ops.zeros_like(inputs[:, 0]))
        return ops.swapaxes(values, 0, 1)
    reach = 1
    while reach < length:  # afterwards `inputs` holds what the last `reach` places came to
        padding = ((0, 0), (reach, 0))
        inputs = inputs + factors * ops.pad(inputs[:, :-reach], padding)
        factors = factors * ops.pad(factors[:, :-reach], padding)
        reach *= 2
    return inputs
