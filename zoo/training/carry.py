"""The carried state as named arrays of a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from keras import tree

from zoo.backend.types import Nest
from zoo.training.engines.types import Arrays, Carry
from zoo.training.stored_variables import check_arrays, is_numbered, name_numbered

PREFIX = "carry/"


def gather_carry(carry: Carry) -> Arrays:
    """Name the arrays of a carried state by their places in it: `carry/0/1`.

    Args:
        carry: nested `[B, ...]`, whole.
    """
    return {name: np.asarray(leaf) for name, leaf in _named(carry).items()}


def restore_carry(initial: Carry, arrays: Mapping[str, np.ndarray], source: str = "the checkpoint") -> Carry:
    """Restore what `gather_carry` returned.

    Args:
        initial: the state that a training starts from, which has the same nesting and shapes.
        arrays: of a checkpoint, by name; older versions numbered them.
        source: what the arrays were read from, for messages.

    Raises:
        ZooError: an array is missing, unknown or of another shape.
    """
    expected = _named(initial)
    stored = {name: arrays[name] for name in arrays if name.startswith(PREFIX)}
    numbers = {name.removeprefix(PREFIX): value for name, value in stored.items()}
    if is_numbered(numbers) and "000" in numbers:
        stored = name_numbered(numbers, list(expected), f"{source}, part 'carry',")
    check_arrays({name: tuple(leaf.shape) for name, leaf in expected.items()}, stored, source)
    return tree.pack_sequence_as(initial, [stored[name] for name in expected])


def _named(carry: Carry) -> dict[str, Nest]:
    return {PREFIX + "/".join(map(str, path)): leaf for path, leaf in tree.flatten_with_path(carry)}
