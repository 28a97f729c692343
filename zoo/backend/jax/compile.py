"""Compilation of functions of tensors on JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

import jax
import keras

from zoo.backend.interface import Function
from zoo.backend.types import Nest, Tensor


def compile_function(function: Function, variables: Callable[[], Iterable[keras.Variable]]) -> Function:
    """Compile a function that runs on one device, once for each set of shapes.

    What a compiled function reads beside its arguments is a constant to JAX, so the weights become arguments: they are
    what they are when the function is called.

    Args:
        function: of nestings of tensors.
        variables: returns the Keras variables that the function may read.

    Returns:
        A function of the same arguments.
    """

    def pure(values: list[Tensor], arguments: tuple[Nest, ...]) -> Nest:
        with keras.StatelessScope(state_mapping=list(zip(variables(), values, strict=True))):
            return function(*arguments)

    compiled = jax.jit(pure)

    def call(*arguments: Nest) -> Nest:
        return compiled([_on_one_device(variable.value) for variable in variables()], arguments)

    return cast(Function, call)


def _on_one_device(value: jax.Array) -> jax.Array:
    """Return this process's copy of an array that all devices hold, perhaps those of other processes too."""
    return value if len(value.sharding.device_set) == 1 else value.addressable_data(0)
