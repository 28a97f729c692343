"""The functions for an array: those of `keras.ops` for a tensor, those of NumPy by the same names for a NumPy array.

A search runs as a compiled loop over tensors, and in the runtime, where Keras is not installed, over NumPy arrays. Its
strategies and processors ask here for their functions, so that each is written once (compare `array_namespace` of the
Python array API standard).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from zoo.backend.types import Nest, Tensor


def array_namespace(array: Tensor) -> Any:
    """Give the functions that take an array.

    Args:
        array: a NumPy array, or a tensor of the active backend.

    Returns:
        `zoo.backend.numpy_ops` or `keras.ops`.
    """
    if isinstance(array, (np.ndarray, np.generic)):
        from zoo.backend import numpy_ops

        return numpy_ops
    from keras import ops

    return ops


def map_structure(function: Callable[[Tensor], Tensor], nest: Nest) -> Nest:
    """Apply a function to every array in a nesting of lists, tuples and dictionaries (see `keras.tree`)."""
    if "keras" in sys.modules:
        from keras import tree

        return tree.map_structure(function, nest)
    if isinstance(nest, dict):
        return {name: map_structure(function, value) for name, value in nest.items()}
    if isinstance(nest, (list, tuple)):
        return type(nest)(map_structure(function, value) for value in nest)
    return function(nest)


def leaves(nest: Nest) -> list[Tensor]:
    """List the arrays of a nesting, dictionaries in the order of their keys (see `keras.tree.flatten`)."""
    if "keras" in sys.modules:
        from keras import tree

        return list(tree.flatten(nest))
    if isinstance(nest, dict):
        return [leaf for name in sorted(nest) for leaf in leaves(nest[name])]
    return [leaf for value in nest for leaf in leaves(value)] if isinstance(nest, (list, tuple)) else [nest]


def to_numpy(array: Tensor) -> np.ndarray:
    """Give an array as one of NumPy."""
    if isinstance(array, np.ndarray):
        return array
    from keras import ops

    found: np.ndarray = ops.convert_to_numpy(array)
    return found
