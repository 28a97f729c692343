"""Errors of layers that reach the user as one sentence."""

from __future__ import annotations

from typing import NoReturn

from zoo.errors import UsageError


def refuse(problem: str) -> NoReturn:
    """Raise a `UsageError` from inside a layer.

    Keras would wrap another error in a page about the arguments of every layer around this one.

    Args:
        problem: one sentence that names the layer.
    """
    error = UsageError(problem)
    error._keras_call_info_injected = True  # type: ignore[attr-defined]
    raise error
