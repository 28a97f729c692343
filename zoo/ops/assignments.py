"""Values that layers leave for their variables, where a pass may not assign them itself."""

from __future__ import annotations

from contextvars import ContextVar, Token

import keras

from zoo.backend.types import Tensor

_active: ContextVar[Assignments | None] = ContextVar("assignments", default=None)


class Assignments:
    """A scope that an engine puts around a pass: what layers would assign, it assigns when the pass is over.

    What is added up over replicas is a matter between them, which has no place in a function compiled for one.

    Attributes:
        variables: keras.Variable, in the order of their assignments.
        values: one a variable.
    """

    def __init__(self) -> None:
        self.variables: list[Tensor] = []
        self.values: list[Tensor] = []
        self._tokens: list[Token] = []

    def __enter__(self) -> Assignments:
        # A function can be traced more than once; the last time counts.
        self.variables.clear()
        self.values.clear()
        self._tokens.append(_active.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        _active.reset(self._tokens.pop())

    def add(self, variable: keras.Variable, value: Tensor) -> None:
        """Leave a value for a variable."""
        self.variables.append(variable)
        self.values.append(value)


def assign(variable: keras.Variable, value: Tensor) -> None:
    """Assign a value to a variable: at the end of the pass inside a scope, otherwise at once.

    Args:
        variable: keras.Variable.
        value: of its shape.
    """
    scope = _active.get()
    if scope is None:
        variable.assign(value)
    else:
        scope.add(variable, value)
