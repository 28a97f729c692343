"""Random bits by hashing an address, the same on every backend and in whatever order they are asked for."""

from __future__ import annotations

from zoo.backend.array_namespace import array_namespace
from zoo.backend.types import Tensor


def mix(bits: Tensor) -> Tensor:
    """Scramble 32 bits so that neighbours have nothing in common.

    The finaliser `lowbias32` of Wellons 2018, https://nullprogram.com/blog/2018/07/31/. Stronger generators such as
    Threefry are out of reach of XLA on a CPU: LLVM's search for cyclic redundancy checks takes exponential time over
    their chains of xor, and a compilation never ends.

    Args:
        bits: uint32, of any shape.

    Returns:
        uint32 of the same shape.
    """
    ops = array_namespace(bits)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        bits = ops.bitwise_xor(bits, ops.right_shift(bits, ops.cast(shift, "uint32")))
        bits = bits * ops.cast(factor, "uint32")
    return ops.bitwise_xor(bits, ops.right_shift(bits, ops.cast(16, "uint32")))


def unit_interval(bits: Tensor) -> Tensor:
    """Turn random bits into numbers between 0 and 1, neither of which occurs.

    Args:
        bits: uint32, of any shape.

    Returns:
        float32 of the same shape, one of 2^23 evenly spaced values.
    """
    ops = array_namespace(bits)
    # 23 bits and a half: 24 would round to 1.0 at the upper end.
    upper = ops.cast(ops.right_shift(bits, ops.cast(9, "uint32")), "float32")
    return (upper + 0.5) * (2.0**-23)
