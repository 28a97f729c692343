"""Compiles for whatever backend Keras has."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import keras


def compile_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of tensors by XLA; on a backend without it, give the function itself."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from zoo.search.tensorflow_compiling import compile_function as compile

        return compile(function)
    if backend == "jax":
        compiled: Callable[..., Any] = importlib.import_module("jax").jit(function)
        return compiled
    return function
