"""Random numbers that belong to a row and a position, not to the batch around them."""

from __future__ import annotations

from typing import Any

from keras import ops

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))


def threefry(key: tuple[Any, Any], counter: tuple[Any, Any]) -> tuple[Any, Any]:
    """Hash a counter with a key by Threefry-2x32, 20 rounds.

    Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", https://doi.org/10.1145/2063384.2063405.

    Args:
        key: two uint32 tensors.
        counter: two uint32 tensors; all four broadcast together.

    Returns:
        Two uint32 tensors of evenly distributed bits.
    """
    first, second = ops.cast(key[0], "uint32"), ops.cast(key[1], "uint32")
    parity = ops.bitwise_xor(ops.bitwise_xor(first, second), ops.cast(0x1BD11BDA, "uint32"))
    keys = (first, second, parity)
    x = ops.cast(counter[0], "uint32") + keys[0]
    y = ops.cast(counter[1], "uint32") + keys[1]
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            x = x + y
            y = ops.bitwise_xor(_rotate(y, rotation), x)
        x = x + keys[(group + 1) % 3]
        y = y + keys[(group + 2) % 3] + ops.cast(group + 1, "uint32")
    return x, y


def gumbel(seeds: Any, positions: Any, size: int) -> Any:
    """Draw Gumbel noise that depends on each row's own seed and position alone.

    The largest of logits plus Gumbel noise is a draw from their softmax (Gumbel 1954).

    Args:
        seeds: int `[B]`, one a row.
        positions: int `[B]`, how many tokens the row has generated.
        size: V.

    Returns:
        float32 `[B, V]`.
    """
    key = threefry((seeds, ops.zeros_like(seeds)), (positions, ops.zeros_like(positions)))  # 2 x [B]
    symbols = ops.arange(size, dtype="int32")[None, :]  # [1, V]
    bits, _ = threefry((key[0][:, None], key[1][:, None]), (symbols, ops.zeros_like(symbols)))  # [B, V]
    # The upper 24 bits, shifted by a half: never 0 nor 1, so that both logarithms are finite.
    uniform = (ops.cast(ops.bitwise_right_shift(bits, ops.cast(8, "uint32")), "float32") + 0.5) * (2.0**-24)
    return -ops.log(-ops.log(uniform))


def _rotate(bits: Any, distance: int) -> Any:
    left = ops.bitwise_left_shift(bits, ops.cast(distance, "uint32"))
    return ops.bitwise_or(left, ops.bitwise_right_shift(bits, ops.cast(32 - distance, "uint32")))
