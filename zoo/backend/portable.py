"""Whether layers may use what only one backend's own kernels can do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_portable: ContextVar[bool] = ContextVar("portable", default=False)


@contextmanager
def portable() -> Iterator[None]:
    """Inside this context layers keep to operations that every compiler knows, such as XLA.

    The results are the same to rounding, but for random numbers, which come from another generator.
    """
    token = _portable.set(True)
    try:
        yield
    finally:
        _portable.reset(token)


def is_portable() -> bool:
    """Say whether the caller runs inside `portable()`."""
    return _portable.get()
