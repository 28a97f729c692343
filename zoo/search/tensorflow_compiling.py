"""Compiles with TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def compile_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of tensors by XLA, once for each set of shapes."""
    compiled: Callable[..., Any] = tf.function(function, jit_compile=True, autograph=False)
    return compiled
