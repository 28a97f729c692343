"""While a model is traced for export, another stands in for the recurrence over a sequence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

from zoo.backend.types import Tensor

if TYPE_CHECKING:
    import keras


class Recurrence(Protocol):
    """Runs a standard layer over a sequence."""

    def __call__(
        self, layer: keras.layers.RNN, sequences: Tensor, states: Sequence[Tensor], mask: Tensor | None
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Give the last output `[B, U]`, all outputs `[B, T, U]` and the final states."""


_marked: ContextVar[Recurrence | None] = ContextVar("marked", default=None)


@contextmanager
def marking(recurrence: Recurrence) -> Iterator[None]:
    """Inside this context `run_layer` calls a function in place of the hand-written recurrence."""
    token = _marked.set(recurrence)
    try:
        yield
    finally:
        _marked.reset(token)


def marked_recurrence() -> Recurrence | None:
    """The function that stands in for the recurrence; None outside of `marking`."""
    return _marked.get()
