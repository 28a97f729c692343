"""Where a head looks: by content, then moved by location (Graves, Wayne, Danihelka 2014, arXiv:1410.5401, 3.3)."""

from __future__ import annotations

import numpy as np
from keras import ops

from zoo.layers import Tensor

SHIFTS = (-1, 0, 1)
"""Places that a head may move by in a step; the memory is a ring."""

SOFTENING = 1e-3
"""Added to the squared length of a stored vector: an empty place is like any key in the same way, not by rounding."""

SMALLEST = 1e-6
"""Added to a weight before it is raised to a power: no place is out of reach for good."""


def controls(width: int) -> int:
    """Give how many numbers steer a head: its key [M], its strength, gate and sharpness, and its shifts."""
    return width + 3 + len(SHIFTS)


def shift_matrix(places: int) -> np.ndarray:
    """Make the matrix that moves a weighting by all shifts at once.

    Args:
        places: N.

    Returns:
        float32 [N, 3 N].
    """
    return np.concatenate([np.roll(np.eye(places, dtype=np.float32), shift, axis=1) for shift in SHIFTS], axis=1)


def address(steering: Tensor, memory: Tensor, before: Tensor, shifting: Tensor) -> tuple[Tensor, Tensor]:
    """Compute the weightings of all heads.

    Args:
        steering: [B, H, M + 6], what the controller says: see `controls`.
        memory: [B, M, N], the vector of each place in a column.
        before: [B, H, N], the weightings of the step before, none of them negative.
        shifting: [N, 3 N], of `shift_matrix`.

    Returns:
        Weightings [B, H, N], which sum to 1 over the places, and their logarithms.
    """
    width, places = memory.shape[1], memory.shape[2]
    key, scalars, shifts = ops.split(steering, [width, width + 3], axis=-1)  # [B, H, M], [B, H, 3], [B, H, 3]
    strength = ops.softplus(scalars[:, :, :1])  # [B, H, 1]
    gate = ops.sigmoid(scalars[:, :, 1:2])
    sharpness = 1 + ops.softplus(scalars[:, :, 2:])
    # Content: the cosine of the angle between the key and each place.
    lengths = ops.rsqrt(ops.sum(ops.square(memory), axis=1, keepdims=True) + SOFTENING)  # [B, 1, N]
    directions = key * ops.rsqrt(ops.sum(ops.square(key), axis=-1, keepdims=True) + SOFTENING)  # [B, H, M]
    content = ops.softmax(strength * ops.matmul(directions, memory) * lengths, axis=-1)  # [B, H, N]
    # Location: between the content and where the head stood, then moved, then sharpened.
    stays = before + gate * (content - before)
    rows, heads = ops.shape(steering)[0], steering.shape[1]
    moved = ops.reshape(ops.matmul(stays, shifting), (rows, heads, len(SHIFTS), places))  # [B, H, 3, N]
    mixed = ops.sum(ops.softmax(shifts, axis=-1)[:, :, :, None] * moved, axis=2)  # [B, H, N]
    # A power, normalised: the softmax of a multiple of the logarithm.
    logarithms = ops.log_softmax(sharpness * ops.log(mixed + SMALLEST), axis=-1)
    return ops.exp(logarithms), logarithms


def draw(weightings: Tensor, numbers: Tensor) -> Tensor:
    """Draw one place of each weighting.

    Args:
        weightings: [B, H, N].
        numbers: [B, H], each in [0, 1).

    Returns:
        One-hot [B, H, N], of the same type.
    """
    reached = ops.cumsum(weightings, axis=-1)  # [B, H, N]
    # A little less than the whole, so that rounding in the sum cannot carry the number past the last place.
    wanted = ops.cast(numbers, reached.dtype)[:, :, None] * (1 - 1e-6) * reached[:, :, -1:]
    passed = ops.sum(ops.cast(reached <= wanted, "int32"), axis=-1)  # [B, H]
    return ops.one_hot(passed, weightings.shape[-1], dtype=weightings.dtype)
