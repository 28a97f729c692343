"""Operations that make one number of many, and those that sort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zoo.export.conversion import Converter, constant, handles
from zoo.export.onnx_graph import Value

if TYPE_CHECKING:
    import tensorflow as tf

KINDS = {"Max": "ReduceMax", "Mean": "ReduceMean", "Min": "ReduceMin", "Prod": "ReduceProd", "Sum": "ReduceSum"}


@handles(*KINDS, "All", "Any")
def _reduce(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph, axes = converter.graph, constant(inputs[1], "an axis").reshape(-1).astype(np.int64)
    if not axes.size:
        return inputs[0]
    kept = int(operation.get_attr("keep_dims"))
    if operation.type in ("All", "Any"):
        kind = "ReduceMin" if operation.type == "All" else "ReduceMax"
        found = graph.node(kind, graph.cast(inputs[0], np.int32), axes, keepdims=kept)
        return graph.cast(found, np.bool_)
    reduced: Value = graph.node(KINDS[operation.type], inputs[0], axes, keepdims=kept)
    return reduced


@handles("ArgMax", "ArgMin")
def _extreme(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    axis = int(constant(inputs[1], "an axis"))
    value = inputs[0]
    if operation.inputs[0].dtype.name == "bool":
        value = converter.graph.cast(value, np.int32)
    found = converter.graph.node(operation.type, value, axis=axis, keepdims=0)
    return converter.graph.cast(found, operation.outputs[0].dtype.as_numpy_dtype)


@handles("Cumsum")
def _cumulative(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    options = {name: int(operation.get_attr(name)) for name in ("exclusive", "reverse")}
    return converter.graph.node("CumSum", inputs[0], inputs[1], **options)


@handles("TopKV2")
def _largest(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    graph = converter.graph
    count = graph.node("Unsqueeze", graph.cast(inputs[1], np.int64), np.array([0], np.int64))
    values, places = graph.multi_output_node("TopK", inputs[0], count, outputs=2)
    return [values, graph.cast(places, np.int32)]
