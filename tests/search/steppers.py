"""Small steppers whose every probability is known, and how tests compile."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from zoo.backend.types import Nest, Tensor
from zoo.search.compiling import compiler
from zoo.topology.inference import Function


class Chain:
    """The next token depends on the last one alone, by a table of logits `[V, V]`."""

    def __init__(self, table: np.ndarray) -> None:
        self.table = table.astype(np.float32)

    def start(self, rows: int, memory: Nest | None = None) -> Nest:
        return []

    def step(self, tokens: Tensor, state: Nest, memory: Nest | None = None) -> tuple[Tensor, Nest]:
        return ops.take(self.table, tokens, axis=0), state


class Clock:
    """The next token depends on the last two and on the time: logits `[steps, V, V, V]`. The state is a nesting."""

    def __init__(self, table: np.ndarray) -> None:
        self.table = table.astype(np.float32)

    def start(self, rows: int, memory: Nest | None = None) -> Nest:
        return {"time": ops.zeros((rows, 1), "int32"), "last": [ops.zeros((rows,), "int32")]}

    def step(self, tokens: Tensor, state: Nest, memory: Nest | None = None) -> tuple[Tensor, Nest]:
        steps, size = self.table.shape[:2]
        time = ops.minimum(state["time"][:, 0], steps - 1)
        place = (time * size + state["last"][0]) * size + tokens
        logits = ops.take(self.table.reshape(-1, size), place, axis=0)
        return logits, {"time": state["time"] + 1, "last": [tokens]}

    def logs(self, tokens: list[int]) -> np.ndarray:
        """Log-probabilities of the token after these, float64 `[V]`."""
        last = tokens[-2] if len(tokens) > 1 else 0
        return log_softmax(self.table[min(len(tokens) - 1, len(self.table) - 1), last, tokens[-1]])


def log_softmax(logits: np.ndarray) -> np.ndarray:
    logits = logits.astype(np.float64)
    return logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()


def plainly(function: Function) -> Function:
    """Do not compile: for small tables, tracing takes longer than all steps."""
    return function


def by_xla(function: Function) -> Function:
    return compiler(None)(function)


def as_graph(function: Function) -> Function:
    if keras.backend.backend() != "tensorflow":
        return by_xla(function)
    import tensorflow as tf

    return tf.function(function, autograph=False)
