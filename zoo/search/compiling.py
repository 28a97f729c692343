"""Compiles for whatever backend Keras has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from zoo import backend

if TYPE_CHECKING:
    from zoo.backend.types import Function
    from zoo.search.stepper import Stepper


def compiler(model: Stepper | None) -> Callable[[Function], Function]:
    """Give what compiles functions of tensors that read a model, by XLA.

    Args:
        model: its weights are read when a function is called.

    Returns:
        Takes a function and gives the compiled one; on a backend without XLA, the function itself.
    """
    compile_function = backend.active().compile_function
    return lambda function: compile_function(function, lambda: getattr(model, "variables", ()))
