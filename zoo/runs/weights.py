"""A model's weights as a file of named arrays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import ZooError
from zoo.training.checkpoint import load_checkpoint, save_checkpoint


def save_weights(path: Path, model: Any) -> None:
    """Write a model's weights as named arrays.

    Args:
        path: of the file.
        model: a keras.Model.
    """
    from keras import ops

    arrays = {f"{index:03d}/{each.path}": ops.convert_to_numpy(each) for index, each in enumerate(model.variables)}
    save_checkpoint(path, arrays, {})


def load_weights(path: Path, model: Any) -> None:
    """Put a file's weights into a model, matched by their order, which is the same in every process and engine.

    Args:
        path: of the file.
        model: a keras.Model of the same architecture.

    Raises:
        ZooError: the file is missing or damaged, or belongs to another model.
    """
    arrays, _ = load_checkpoint(path)
    values: Sequence[np.ndarray] = [arrays[name] for name in sorted(arrays)]
    variables = model.variables
    if len(values) != len(variables):
        raise ZooError(
            f"{path} holds {len(values)} arrays, but the model has {len(variables)}; the file belongs to another model"
        )
    for value, variable in zip(values, variables, strict=True):
        if tuple(value.shape) != tuple(variable.shape):
            found, wanted = tuple(value.shape), tuple(variable.shape)
            raise ZooError(
                f"{path}: {variable.path} is {found}, but the model's is {wanted}; the file belongs to another model"
            )
        variable.assign(value)
