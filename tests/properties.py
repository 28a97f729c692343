"""How often a property is tried: as often as a test says in the default suite, many times as often in the long run."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

Test = TypeVar("Test", bound=Callable[..., None])
DEFAULT = 60
TRIES = int(os.environ.get("ZOO_FUZZ", DEFAULT))
"""Inputs for each property of the readers; the other properties are scaled alike."""


def tried(examples: int) -> Callable[[Test], Test]:
    """Decorate a property.

    Args:
        examples: how many inputs it gets by default.
    """
    # A clock says nothing on a busy machine. The default draws are the same each time, those of the long run are not.
    chosen = settings(
        max_examples=max(1, examples * TRIES // DEFAULT),
        deadline=None,
        derandomize=TRIES <= DEFAULT,
        suppress_health_check=[HealthCheck.too_slow],
    )
    return lambda test: pytest.mark.fuzz(chosen(test))
