"""Functions of tensors that read a model's weights, compiled by JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax
import keras


def jitted(function: Callable[..., Any], variables: Callable[[], Iterable[Any]]) -> Callable[..., Any]:
    """Compile a function of tensors that runs on one device, once for each set of shapes.

    What a compiled function reads beside its arguments is a constant to JAX: so the weights are arguments here, and
    are what they are when the function is called.

    Args:
        function: of tensors, or nestings of them.
        variables: gives the Keras variables that the function may read.

    Returns:
        A function of the same arguments.
    """

    def pure(values: Any, arguments: Any) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(variables(), values, strict=True))):
            return function(*arguments)

    compiled = jax.jit(pure)

    def call(*arguments: Any) -> Any:
        return compiled([_on_one_device(variable.value) for variable in variables()], arguments)

    return call


def _on_one_device(value: Any) -> Any:
    """A copy of what all devices hold, and other processes perhaps, as one of this process's has it."""
    return value if len(value.sharding.device_set) == 1 else value.addressable_data(0)
