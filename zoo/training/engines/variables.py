"""Arrays of a checkpoint, matched with a model's variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from zoo.errors import ZooError


def matching_array(
    arrays: Mapping[str, np.ndarray], name: str, shape: Sequence[int], dtype: np.dtype[np.generic]
) -> np.ndarray:
    """Return the array of a checkpoint that belongs to a variable.

    Args:
        arrays: of the checkpoint.
        name: of the array.
        shape: of the variable.
        dtype: of the variable; backends have integers of different widths.

    Raises:
        ZooError: it is missing or has another shape, as when the settings were changed.
    """
    if name not in arrays:
        raise ZooError(f"the checkpoint has no array {name} ({tuple(shape)}); it belongs to another model")
    found = arrays[name]
    if tuple(found.shape) != tuple(shape):
        raise ZooError(
            f"the checkpoint's array {name} is {tuple(found.shape)}, but the model's is "
            f"{tuple(shape)}; it belongs to another model"
        )
    return found if found.dtype == dtype else found.astype(dtype)
