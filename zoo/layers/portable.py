"""Whether layers may use what only one backend's own kernels can do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import keras

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


def has_kernels() -> bool:
    """Say whether the kernels that were written for TensorFlow may be used here."""
    return keras.backend.backend() == "tensorflow" and not _portable.get()
