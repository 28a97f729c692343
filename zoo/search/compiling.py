"""Compiles for whatever backend Keras has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras


def compiler(model: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give what compiles functions of tensors that read a model, by XLA.

    Args:
        model: its weights are read when a function is called.

    Returns:
        Takes a function and gives the compiled one; on a backend without XLA, the function itself.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from zoo.search.tensorflow_compiling import compile_function

        return compile_function
    if backend == "jax":
        from zoo.layers.jax_functions import jitted

        return lambda function: jitted(function, lambda: getattr(model, "variables", ()))
    return lambda function: function
