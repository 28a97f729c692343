"""Random numbers that belong to the example, so that one replica and many draw the same.

A keyed counter generator gives every number an address: (key of the step, call site, row of the global batch, column).
A replica that holds the rows from `first_row` on computes just its part, whatever the number of replicas.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, Token
from types import TracebackType

from keras import ops

from zoo import backend
from zoo.backend.types import Tensor

LOOP_STRIDE = 0x61C88647
"""Sets the keys of a loop's steps apart; any large odd number does."""

_active: ContextVar[ExampleRandomness | None] = ContextVar("example_randomness", default=None)


class ExampleRandomness:
    """A scope in which the zoo's layers draw random numbers by example; the training engine puts it around the model.

    Args:
        key: what all rows of a step share: an integer or an integer tensor of rank 0, another one each step.
        first_row: the place of this replica's first row in the global batch: an integer or a tensor of rank 0.

    Example:
        >>> with ExampleRandomness(key=step_number, first_row=replica * rows):
        ...     outputs = model(inputs, training=True)
    """

    def __init__(self, key: int | Tensor, first_row: int | Tensor = 0) -> None:
        self.key = key
        self.first_row = first_row
        self._sites = 0
        self._tokens: list[Token] = []

    def __enter__(self) -> ExampleRandomness:
        self._tokens.append(_active.set(self))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _active.reset(self._tokens.pop())

    def at_step(self, place: int, number: int | Tensor) -> ExampleRandomness:
        """Give the scope of one step of a loop whose body is traced once: its numbers differ from step to step.

        Args:
            place: of the loop, as `reserve` gave it.
            number: of the step: an integer tensor of rank 0.

        Returns:
            A scope with a key of its own.
        """
        key = ops.convert_to_tensor(self.key & 0x7FFFFFFF if isinstance(self.key, int) else self.key)
        return ExampleRandomness(key + ops.cast(number + 1, key.dtype) * LOOP_STRIDE + place, self.first_row)

    def reserve(self) -> int:
        """Take a call site for a loop."""
        self._sites += 1
        return self._sites - 1

    def uniform(self, rows: int | Tensor, columns: int | Tensor) -> Tensor:
        """Draw numbers for the rows of this replica; every call in a scope is a call site of its own.

        Args:
            rows: how many examples this replica holds.
            columns: how many numbers an example needs.

        Returns:
            float32 [rows, columns] in [0, 1).
        """
        return backend.active().uniform(self.key, self.reserve(), self.first_row, rows, columns)


def example_randomness() -> ExampleRandomness | None:
    """Return the scope that the caller runs in, or None."""
    return _active.get()


def step_randomness() -> Callable[[int | Tensor], AbstractContextManager[object]]:
    """Reserve a place in the scope that the caller runs in, for a loop whose body is traced once.

    Returns:
        A function of the step's number that gives the scope to run the step in.
    """
    scope = example_randomness()
    if scope is None:
        return lambda number: nullcontext()
    place = scope.reserve()
    return lambda number: scope.at_step(place, number)
