"""Random numbers by example, from a hash of each number's address: slower than a fused kernel, the same everywhere."""

from __future__ import annotations

from keras import ops

from zoo.backend.hashing import mix
from zoo.backend.types import Tensor


def uniform(key: int | Tensor, site: int, first_row: int | Tensor, rows: int | Tensor, columns: int | Tensor) -> Tensor:
    """Draw the rows from `first_row` on of the random stream (key, site) (see `Backend.uniform`)."""
    row = ops.cast(ops.arange(rows), "uint32") + ops.cast(first_row, "uint32")  # [rows]
    state = mix(ops.cast(key, "uint32") + ops.cast((site * 0x9E3779B9) & 0xFFFFFFFF, "uint32"))
    state = mix(ops.bitwise_xor(state, mix(row)))[:, None]  # [rows, 1]
    bits = mix(state + mix(ops.cast(ops.arange(columns), "uint32"))[None, :])  # [rows, columns]
    return ops.cast(ops.right_shift(bits, ops.cast(8, "uint32")), "float32") * (1.0 / (1 << 24))
