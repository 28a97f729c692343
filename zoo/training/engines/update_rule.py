"""The parts of an optimiser step that both engines share: normalisation, clipping, decay, the moving average."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from zoo.backend.types import Tensor


def gradient_norm(gradients: Sequence[Tensor], rate: Tensor) -> Tensor:
    """Compute the global norm of the gradients of those variables that learn.

    Args:
        gradients: one per variable.
        rate: learning rate; or of each variable, [variables]: the gradients of those with a rate of 0 do not count.
    """
    squares = [ops.sum(ops.square(gradient)) for gradient in gradients]
    if len(rate.shape):
        squares = [ops.where(rate[place] > 0, square, 0.0) for place, square in enumerate(squares)]
    return ops.sqrt(sum(squares))


def rate_of_each(rate: Tensor, variables: int) -> list[Tensor]:
    """Return the learning rate of each variable.

    Args:
        rate: of all of them; or of each, [variables].
        variables: how many there are.
    """
    return [rate[place] if len(rate.shape) else rate for place in range(variables)]


def gradient_factor(norm: Tensor, weight: Tensor, clip: float) -> tuple[Tensor, Tensor]:
    """Compute the one factor that turns a summed gradient into a normalised and clipped one.

    One factor for both, because each pass over all gradients costs as much as a layer's gates.

    Args:
        norm: global norm of the gradient of the summed loss.
        weight: global weight of the loss (tokens, frames or examples).
        clip: global norm to clip to; 0 for no clipping.

    Returns:
        The factor, and the global norm of the normalised gradient before clipping.
    """
    factor = ops.divide_no_nan(1.0, weight)
    norm = norm * factor
    if clip:
        factor = factor * ops.where(norm > clip, clip / norm, 1.0)
    return factor, norm


def has_decay(optimizer: keras.optimizers.Optimizer, variable: Tensor) -> bool:
    """Say whether a variable decays: matrices only, decoupled (Loshchilov and Hutter 2019, arXiv:1711.05101)."""
    return bool(optimizer.weight_decay) and len(variable.shape) > 1


def average_rate(decay: float, steps: Tensor) -> Tensor:
    """Compute how far the moving average of the weights moves towards the present weights in a step.

    A young average moves fast: with a constant decay it would remember the random initial weights for long.

    Args:
        decay: of a mature average.
        steps: optimiser steps taken before this one.

    Returns:
        The share of the present weights, 0 to 1.
    """
    age = ops.cast(steps, "float32")
    return 1.0 - ops.minimum(decay, (1.0 + age) / (10.0 + age))
