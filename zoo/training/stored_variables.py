"""Assigning stored arrays to the variables of the same names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from zoo.errors import ZooError

if TYPE_CHECKING:
    import keras


def assign_arrays(
    variables: Mapping[str, keras.Variable],
    arrays: Mapping[str, np.ndarray],
    source: str,
    owner: str = "another model",
) -> None:
    """Assign each array to the variable of its name.

    Args:
        variables: by name.
        arrays: by name.
        source: what the arrays were read from, for messages.
        owner: whose the arrays are if they do not fit.

    Raises:
        ZooError: a name is missing or unknown, or a shape differs, as when settings were changed; no variable has been
            assigned then.
    """
    check_arrays({name: tuple(variable.shape) for name, variable in variables.items()}, arrays, source, owner)
    for name, variable in variables.items():
        value, dtype = arrays[name], np.dtype(variable.dtype)
        # The backends have integers of different widths.
        variable.assign(value if value.dtype == dtype else value.astype(dtype))


def check_arrays(
    shapes: Mapping[str, Sequence[int]],
    arrays: Mapping[str, np.ndarray],
    source: str,
    owner: str = "another model",
) -> None:
    """Refuse arrays whose names or shapes are not the expected ones.

    Raises:
        ZooError: the first name that is missing or unknown, or whose shape differs.
    """
    missing = [name for name in shapes if name not in arrays]
    unknown = [name for name in arrays if name not in shapes]
    if missing:
        instead = f", but '{unknown[0]}' {tuple(arrays[unknown[0]].shape)}" if unknown else ""
        raise ZooError(
            f"{source} has no array '{missing[0]}' {tuple(shapes[missing[0]])}{instead}; it belongs to {owner}"
        )
    if unknown:
        raise ZooError(f"{source} has an array '{unknown[0]}' that the model lacks; it belongs to {owner}")
    for name, shape in shapes.items():
        found = tuple(arrays[name].shape)
        if found != tuple(shape):
            raise ZooError(f"{source}: '{name}' is {found}, but the model's is {tuple(shape)}; it belongs to {owner}")


def name_numbered(arrays: Mapping[str, np.ndarray], names: Sequence[str], source: str) -> dict[str, np.ndarray]:
    """Give names to arrays of an older version, which numbered them.

    Args:
        arrays: by a number, or a number, a slash and a path that says nothing for sure.
        names: of the variables, in order.
        source: what the arrays were read from, for messages.

    Raises:
        ZooError: there are more arrays than names, or fewer.
    """
    if len(arrays) != len(names):
        raise ZooError(f"{source} has {len(arrays)} arrays, the model {len(names)}; it belongs to another model")
    # By number, not as text: "1000" comes after "999".
    ordered = sorted(arrays, key=lambda name: int(name.partition("/")[0]))
    return {new: arrays[old] for new, old in zip(names, ordered, strict=True)}


def is_numbered(arrays: Mapping[str, np.ndarray]) -> bool:
    """Say whether an older version wrote arrays, which numbered them instead of naming them."""
    return bool(arrays) and all(re.match(r"\d{3,}(/|$)", name) for name in arrays)
