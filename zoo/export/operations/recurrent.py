"""Recurrent layers as the operators LSTM, GRU and RNN of ONNX, which compute a whole sequence at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np

from zoo.export.conversion import Converter, handles
from zoo.export.onnx_graph import Named, OnnxGraph, Value

if TYPE_CHECKING:
    import tensorflow as tf

LSTM_ORDER = [0, 3, 1, 2]
"""Gates of Keras (input, forget, candidate, output) in the order of ONNX (input, output, forget, candidate)."""


@handles("PyFunc")
def _recurrence(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    """A recurrence that was marked while tracing (see `zoo.export.tracing`)."""
    graph, layer = converter.graph, converter.natives[operation.get_attr("token").decode()]
    cell, backwards = layer.cell, bool(layer.go_backwards)
    states = list(layer.state_size)
    sequences, *rest = inputs  # [B, T, D]
    initial, mask = rest[: len(states)], rest[len(states) :]
    lengths = None
    if mask:
        lengths = graph.node("ReduceSum", graph.cast(mask[0], np.int32), np.array([1], np.int64), keepdims=0)  # [B]
    kind, kernel, recurrent, bias = _weights(cell)
    options: dict[str, object] = {"hidden_size": cell.units, "direction": "reverse" if backwards else "forward"}
    if kind == "GRU":
        options["linear_before_reset"] = 1
    begin = [graph.node("Unsqueeze", state, np.array([0], np.int64)) for state in initial]  # [1, B, U]
    made = graph.multi_output_node(
        kind,
        graph.node("Transpose", sequences, perm=[1, 0, 2]),
        kernel,
        recurrent,
        bias,
        lengths,
        *begin,
        outputs=1 + len(states),
        **options,
    )
    # [T, 1, B, U] -> [B, T, U]
    outputs = graph.node("Transpose", graph.node("Squeeze", made[0], np.array([1], np.int64)), perm=[1, 0, 2])
    final = [graph.node("Squeeze", state, np.array([0], np.int64)) for state in made[1:]]
    if backwards:
        outputs = _reversed(graph, outputs)
    return [final[0], outputs, *final]


def _reversed(graph: OnnxGraph, outputs: Named) -> Named:
    """The outputs in the order in which a layer that reads backwards makes them."""
    last = np.array([np.iinfo(np.int64).min + 1])
    found = graph.node("Slice", outputs, np.array([-1]), last, np.array([1]), np.array([-1]))
    graph.root.reversed[found.name, 1] = outputs
    return found


def _weights(cell: keras.layers.Layer) -> tuple[str, np.ndarray, np.ndarray, np.ndarray | None]:
    """The operator of a cell, and its weights `[1, G, D]`, `[1, G, U]` and `[1, 2 G]` as that has them."""
    kernel, recurrent = (np.asarray(weight.value, np.float32) for weight in (cell.kernel, cell.recurrent_kernel))
    bias = None if cell.bias is None else np.asarray(cell.bias.value, np.float32)
    if isinstance(cell, keras.layers.GRUCell):
        both = None if bias is None else bias.reshape(-1)
        return "GRU", _rows(kernel), _rows(recurrent), None if both is None else both[None]
    kind = "LSTM" if isinstance(cell, keras.layers.LSTMCell) else "RNN"
    if kind == "LSTM":
        kernel, recurrent = _reordered(kernel), _reordered(recurrent)
        bias = None if bias is None else _reordered(bias[None])[0]
    both = None if bias is None else np.concatenate([bias, np.zeros_like(bias)])[None]
    return kind, _rows(kernel), _rows(recurrent), both


def _rows(kernel: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(kernel.T[None])


def _reordered(kernel: np.ndarray) -> np.ndarray:
    parts = np.split(kernel, 4, axis=-1)
    return np.concatenate([parts[place] for place in LSTM_ORDER], axis=-1)
