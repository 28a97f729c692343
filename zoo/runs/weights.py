"""A model's weights, as a file of named arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.errors import ZooError
from zoo.training.checkpoint import load_checkpoint, save_checkpoint
from zoo.training.stored_variables import assign_arrays, is_numbered, name_numbered
from zoo.training.variable_names import variable_names

if TYPE_CHECKING:
    import keras


def save_weights(path: Path, model: keras.Model) -> None:
    """Write a model's weights, each named after its variable's path.

    Args:
        path: of the file.
        model: a keras.Model.
    """
    from keras import ops

    names = variable_names(model.variables)
    arrays = {name: ops.convert_to_numpy(each) for name, each in zip(names, model.variables, strict=True)}
    save_checkpoint(path, arrays, {})


def load_weights(path: Path, model: keras.Model) -> None:
    """Load a file's weights into a model, matched by the paths of the variables.

    Args:
        path: of the file; files of older versions, which number the arrays, are read too.
        model: a keras.Model of the same architecture.

    Raises:
        ZooError: the file is missing or damaged, belongs to another model, or holds values that are not finite.
    """
    arrays, _ = load_checkpoint(path)
    variables = dict(zip(variable_names(model.variables), model.variables, strict=True))
    if is_numbered(arrays):
        arrays = name_numbered(arrays, list(variables), str(path))
    assign_arrays(variables, arrays, str(path))
    for name, variable in variables.items():
        if variable.trainable and not np.isfinite(arrays[name].astype(np.float32, copy=False)).all():
            raise ZooError(f"{path}: '{name}' has values that are not finite: the training diverged; train again")
