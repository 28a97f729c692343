"""Building a model with a precision and a seed, both of which Keras keeps as globals."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import keras

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}


@contextlib.contextmanager
def build_scope(precision: str, seed: int) -> Iterator[None]:
    """Inside this context Keras makes layers of a precision, with initial weights drawn from a seed.

    Keras draws the seeds of initializers from Python's random module, and the policy is a global of Keras: both are
    restored, so that the caller's program is not disturbed.

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
