"""Random numbers that depend on a row and a position, not on the batch around them."""

from __future__ import annotations

from zoo.backend.array_namespace import array_namespace
from zoo.backend.hashing import mix, unit_interval
from zoo.backend.types import Tensor


def gumbel(seeds: Tensor, positions: Tensor, size: int) -> Tensor:
    """Draw Gumbel noise that depends on each row's own seed and position alone.

    The largest of logits plus Gumbel noise is a draw from their softmax (Gumbel 1954).

    Args:
        seeds: int `[B]`, one a row.
        positions: int `[B]`, how many tokens the row has generated.
        size: V.

    Returns:
        float32 `[B, V]`.
    """
    ops = array_namespace(seeds)
    row = mix(ops.cast(seeds, "uint32") + ops.cast(0x9E3779B9, "uint32"))  # [B]
    place = mix(row + mix(ops.cast(positions, "uint32")))  # [B]
    tokens = mix(ops.cast(ops.arange(size, dtype="int32"), "uint32") + ops.cast(1, "uint32"))  # [V]
    uniform = unit_interval(mix(place[:, None] + tokens[None, :]))  # [B, V]
    return -ops.log(-ops.log(uniform))
