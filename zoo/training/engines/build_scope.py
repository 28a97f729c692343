"""How a model comes about: with a precision and a seed that Keras has as globals, or from a checkpoint's arrays."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from zoo.errors import ZooError

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}


@contextlib.contextmanager
def build_scope(precision: str, seed: int) -> Iterator[None]:
    """Inside this context Keras makes layers of a precision, with initial weights drawn from a seed.

    Keras draws the seeds of initializers from Python's random module, and the policy is a global of Keras: both are put
    back, so that a caller's own program is not disturbed.

    Args:
        precision: `float32`, `bfloat16` or `float16`.
        seed: of the initial weights.
    """
    state, policy = random.getstate(), keras.config.dtype_policy()
    try:
        random.seed(seed)
        keras.config.set_dtype_policy(POLICIES[precision])
        yield
    finally:
        random.setstate(state)
        keras.config.set_dtype_policy(policy)


def fitting(arrays: Mapping[str, np.ndarray], name: str, shape: Sequence[int], dtype: Any) -> np.ndarray:
    """Take the array out of a checkpoint that belongs to a variable.

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
            f"the checkpoint's array {name} is {tuple(found.shape)}, the model's is {tuple(shape)}: another model"
        )
    return found if found.dtype == dtype else found.astype(dtype)
