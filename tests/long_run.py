"""Parameters of which only the first are tested by default; the rest wait for the long run, `make nightly`."""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def first(count: int, values: Iterable[object]) -> list[object]:
    """Mark all but the first parameters slow.

    Args:
        count: of those that stand for all in the default suite: the ones in which most parts of the code meet.
        values: of the parameter; tuples where there are several names.
    """
    listed = list(values)
    rest = [value if isinstance(value, tuple) else (value,) for value in listed[count:]]
    return [*listed[:count], *(pytest.param(*value, marks=pytest.mark.slow) for value in rest)]
