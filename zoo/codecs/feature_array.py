"""Vectors with named features, which are matched by name instead of order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from zoo.errors import ZooError, did_you_mean

UNNAMED = "Unnamed: "
"""What the name of a column without one begins with; its number follows, from 0, as pandas has it."""


class FeatureArray(np.ndarray):
    """An array whose last axis has names; otherwise as any other.

    Args:
        values: `[T, D]` or `[D]`.
        columns: names of the D features; empty if they have none.
    """

    columns: tuple[str, ...]

    def __new__(cls, values: npt.ArrayLike, columns: Sequence[str] = ()) -> FeatureArray:
        array = np.asarray(values, np.float32).view(cls)
        array.columns = tuple(columns)
        return array

    def __array_finalize__(self, other: object) -> None:
        self.columns = getattr(other, "columns", ())


def columns_of(value: object) -> tuple[str, ...]:
    """Names of the features of a raw value, or of the first frame in a list; empty where they have none."""
    if isinstance(value, (list, tuple)) and value:
        value = value[0]
    return getattr(value, "columns", ()) if isinstance(value, np.ndarray) else ()


def column_key(name: str) -> str:
    """Return the key of a column, ignoring case and white space."""
    return " ".join(name.split()).casefold()


def column_order(columns: Sequence[str], wanted: Sequence[str]) -> list[int] | None:
    """Find features by their names.

    Args:
        columns: names of the features that there are.
        wanted: names in the order that they are wanted in.

    Returns:
        For each wanted name its place among the columns; None where they are in this order already.

    Raises:
        ZooError: a column is missing, or there is one too many; says which.
    """
    places = {column_key(name): place for place, name in enumerate(columns)}
    keys = [column_key(name) for name in wanted]
    for key, name in zip(keys, wanted, strict=True):
        if key not in places:
            hint = did_you_mean(name, [one for one in columns if column_key(one) not in keys])
            raise ZooError(f"column '{name}' is missing{hint or f'; the columns are {_listed(columns)}'}")
    for name in columns:
        if column_key(name) not in keys and not name.startswith(UNNAMED):
            raise ZooError(f"column '{name}' was not in the training data, which has {_listed(wanted)}")
    order = [places[key] for key in keys]
    return None if order == list(range(len(columns))) else order


def _listed(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
