"""Names for annotations: what passes between models, layers and kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Tensor: TypeAlias = Any
"""A tensor of the active backend, or what Keras takes in its place: a NumPy array, a `keras.Variable`, and, while a
functional model is built, a `keras.KerasTensor`. No base class joins these, and TensorFlow has no stubs for mypy."""

Nest: TypeAlias = Any
"""Tensors in any nesting of lists, tuples and dictionaries (see `keras.tree`)."""

Shape: TypeAlias = Sequence[int | None]
"""The size of each axis; None where it is not known yet."""

Function: TypeAlias = Callable[..., Nest]
"""A function of tensors."""

Config: TypeAlias = dict[str, Any]
"""What `get_config` returns: the arguments that make an object again, as JSON can hold them."""
