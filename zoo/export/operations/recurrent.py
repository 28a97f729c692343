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
    steps = _Steps(graph, mask[0], backwards) if mask else None
    kind, kernel, recurrent, bias = _weights(cell)
    options: dict[str, object] = {"hidden_size": cell.units, "direction": "reverse" if backwards else "forward"}
    if kind == "GRU":
        options["linear_before_reset"] = 1
    begin = [graph.node("Unsqueeze", state, np.array([0], np.int64)) for state in initial]  # [1, B, U]
    made = graph.multi_output_node(
        kind,
        graph.node("Transpose", sequences, perm=[1, 0, 2]) if steps is None else steps.pack(sequences),  # [T, B, D]
        kernel,
        recurrent,
        bias,
        None if steps is None else steps.lengths,
        *begin,
        outputs=1 + len(states),
        **options,
    )
    outputs = graph.node("Squeeze", made[0], np.array([1], np.int64))  # [T, B, U]
    outputs = graph.node("Transpose", outputs, perm=[1, 0, 2]) if steps is None else steps.unpack(outputs)  # [B, T, U]
    final = [graph.node("Squeeze", state, np.array([0], np.int64)) for state in made[1:]]
    if backwards:
        outputs = _reversed(graph, outputs)
    return [final[0], outputs, *final]


class _Steps:
    """Where a mask has True: ONNX's operators take lengths, so these steps are put first, and their outputs back.

    It costs no time: it takes the place of the transpositions between `[B, T, ...]` and ONNX's `[T, B, ...]`.

    Args:
        graph: to write to.
        mask: bool `[B, T]`, with holes anywhere.
        backwards: whether the layer reads the last step first.
    """

    def __init__(self, graph: OnnxGraph, mask: Value, backwards: bool) -> None:
        self._graph = graph
        there = graph.cast(mask, np.int64)
        self.lengths = graph.cast(graph.node("ReduceSum", there, np.array([1], np.int64), keepdims=0), np.int32)  # [B]
        rows, steps = (graph.node("Slice", graph.shape(mask), *map(_single, (axis, axis + 1))) for axis in (0, 1))
        row = graph.node("Range", np.array(0), graph.node("Squeeze", rows), np.array(1))  # [B]
        column = graph.node("Unsqueeze", row, _single(1))  # [B, 1]
        # TopK keeps the order of what is equal.
        order = graph.multi_output_node("TopK", there, steps, outputs=2, axis=1)[1]  # [B, T]
        self._order = graph.node("Add", order, graph.node("Mul", column, steps))  # in [B T]
        # A step that is not there has the output of the last one before it, and the first ones have zeros: those are
        # after a row's last output, so that -1 finds them, at the end.
        count = graph.node("CumSum", there, np.array(1))
        place = graph.node("Sub", count, there if backwards else np.array(1))  # [B, T]
        self._place = graph.node("Add", column, graph.node("Mul", place, rows))  # in [T B]

    def pack(self, sequences: Value) -> Named:
        """`[B, T, D]` -> `[T, B, D]`."""
        return self._gather(sequences, self._graph.node("Transpose", self._order, perm=[1, 0]))

    def unpack(self, outputs: Value) -> Named:
        """`[T, B, U]` -> `[B, T, U]`."""
        return self._gather(outputs, self._place)

    def _gather(self, values: Value, places: Named) -> Named:
        flat = self._graph.node("Reshape", values, self._flat(values))
        return self._graph.node("Gather", flat, places, axis=0)

    def _flat(self, values: Value) -> Named:
        width = self._graph.node("Slice", self._graph.shape(values), _single(2), _single(3))
        return self._graph.node("Concat", _single(-1), width, axis=0)


def _single(number: int) -> np.ndarray:
    return np.array([number], np.int64)


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
