"""Compiles for whatever backend Keras has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zoo import backend


def compiler(model: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give what compiles functions of tensors that read a model, by XLA.

    Args:
        model: its weights are read when a function is called.

    Returns:
        Takes a function and gives the compiled one; on a backend without XLA, the function itself.
    """
    compile_function = backend.active().compile_function
    return lambda function: compile_function(function, lambda: getattr(model, "variables", ()))
