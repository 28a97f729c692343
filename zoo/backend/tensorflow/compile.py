"""Compilation of functions of tensors on TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import keras
import tensorflow as tf

from zoo.backend.interface import Function


def compile_function(function: Function, variables: Callable[[], Iterable[keras.Variable]]) -> Function:
    """Compile a function by XLA, once for each set of shapes; it reads variables as they are when it is called."""
    del variables
    compiled: Function = tf.function(function, jit_compile=True, autograph=False)
    return compiled
