"""Random numbers of a row that travel with its state, so that a step inside any loop draws new ones."""

from __future__ import annotations

import keras
from keras import ops

from zoo.backend.hashing import mix, unit_interval
from zoo.backend.types import Tensor
from zoo.ops.randomness import example_randomness

SEED_BITS = 24


def unseeded(rows: int | Tensor) -> Tensor:
    """Make streams that have no seed yet, and get one when the first number is wanted.

    Args:
        rows: B.

    Returns:
        float32 [B, 2]: the seed of each row (-1 for none), and how many numbers were drawn.
    """
    return ops.concatenate([-ops.ones((rows, 1), dtype="float32"), ops.zeros((rows, 1), dtype="float32")], axis=1)


def seeded(streams: Tensor, seeds: keras.random.SeedGenerator) -> Tensor:
    """Give a seed to the streams that have none.

    Args:
        streams: [B, 2].
        seeds: where seeds come from outside of an `ExampleRandomness` scope; inside, they belong to the example.

    Returns:
        [B, 2].
    """
    rows, scope = ops.shape(streams)[0], example_randomness()
    if scope is None:
        fresh = keras.random.uniform((rows, 1), dtype="float32", seed=seeds)
    else:
        fresh = scope.uniform(rows, 1)
    return ops.concatenate([ops.where(streams[:, :1] < 0, fresh, streams[:, :1]), streams[:, 1:]], axis=1)


def row_numbers(streams: Tensor, steps: int | Tensor, columns: int | Tensor, skip: int = 0) -> Tensor:
    """Compute numbers of streams; asking again gives the same, until `advanced`.

    Args:
        streams: [B, 2], with seeds.
        steps: T.
        columns: C, how many numbers a step needs.
        skip: how many steps of the stream to leave out.

    Returns:
        float32 [B, T, C], between 0 and 1, neither of which occurs.
    """
    seed = ops.cast(streams[:, :1] * float(1 << SEED_BITS), "uint32")  # [B, 1]
    step = ops.cast(streams[:, 1:], "uint32") + _count(steps)[None] + ops.cast(skip, "uint32")
    bits = mix(mix(seed) + mix(step))[:, :, None]  # [B, T, 1]
    return unit_interval(mix(bits + mix(_count(columns))[None, None]))


def row_number(streams: Tensor) -> Tensor:
    """Compute a number that belongs to the whole stream, whatever was drawn: float32 [B, 1, 1]."""
    return row_numbers(ops.concatenate([streams[:, :1], ops.zeros_like(streams[:, 1:])], axis=1), 1, 1)


def advanced(streams: Tensor, steps: int | Tensor) -> Tensor:
    """Move streams [B, 2] on by T steps."""
    return ops.concatenate([streams[:, :1], streams[:, 1:] + ops.cast(steps, "float32")], axis=1)


def _count(numbers: Tensor) -> Tensor:
    """0, 1, 2, ... as uint32; XLA cannot count in that type itself."""
    return ops.cast(ops.arange(numbers, dtype="int32"), "uint32")
