"""Names values that are not finite, in batches and in weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from zoo.errors import ZooError

if TYPE_CHECKING:
    import keras


class DivergedError(ZooError):
    """A training whose loss, gradients or weights are no longer finite."""


def describe_nonfinite_rows(batches: Sequence[Mapping[str, np.ndarray]]) -> str:
    """Name the arrays and examples with values that are not finite.

    Args:
        batches: of a step; `index`, where they have it, holds the numbers of the examples `[B]`.

    Returns:
        One clause; empty where all values are finite.
    """
    found = []
    for batch in batches:
        for name, values in batch.items():
            if values.dtype.kind != "f" or np.isfinite(values).all():
                continue
            rows = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
            numbers = batch["index"][rows] if "index" in batch else rows
            what = "examples" if "index" in batch else "rows"
            listed = ", ".join(str(int(number) + 1) for number in numbers[:5]) + (", ..." if len(numbers) > 5 else "")
            found.append(f"'{name}' has values that are not finite in {what} {listed} of the training data")
    return "; ".join(found)


def find_nonfinite_variable(variables: Iterable[keras.Variable]) -> str:
    """Return the path of the first variable with a value that is not finite; empty if there is none."""
    from keras import ops

    for variable in variables:
        if not bool(ops.all(ops.isfinite(variable))):
            return str(variable.path)
    return ""
