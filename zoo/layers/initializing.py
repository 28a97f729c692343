"""Initial weights that a 16-bit policy cannot compute itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
from keras import ops

from zoo.backend.types import Tensor


@contextmanager
def initialized_in_float32(cell: keras.layers.Layer) -> Iterator[None]:
    """Let a recurrent cell draw its weights in float32 inside this context, and cast them to its dtype.

    The orthogonal matrix that a cell starts with needs a QR decomposition, which bfloat16 has not.

    Args:
        cell: whose weights are made inside; one of another dtype is left as it is.
    """
    given = cell.recurrent_initializer
    if keras.backend.standardize_dtype(cell.variable_dtype) != "bfloat16":
        yield
        return

    def drawn(shape: tuple[int, ...], dtype: str | None = None) -> Tensor:
        return ops.cast(given(shape, "float32"), dtype or cell.variable_dtype)

    cell.recurrent_initializer = drawn
    try:
        yield
    finally:
        cell.recurrent_initializer = given
