"""The parts that differ between Keras backends: recurrences, loops, losses, random numbers, compilation.

In come tensors and Keras layers; out come the same numbers, computed the way that suits the backend. `active()` is the
one place that chooses. Each backend is a folder that provides `Backend`, so a third backend is a third folder.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import cast

from zoo.backend.interface import Backend
from zoo.backend.portable import is_portable, portable

__all__ = ["Backend", "active", "is_portable", "portable"]


def active() -> Backend:
    """Return the implementation for the backend that Keras runs on.

    Returns:
        The folder of that name, imported when it is first asked for; `generic`, written in plain `keras.ops`, for a
        backend without a folder.
    """
    import keras

    name = f"{__name__}.{keras.backend.backend()}"
    return cast(Backend, importlib.import_module(name if find_spec(name) else f"{__name__}.generic"))
