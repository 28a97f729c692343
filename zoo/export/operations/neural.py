"""Products of matrices, convolutions, pooling, softmax and normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zoo.export.conversion import Converter, UnknownOperationError, constant, handles
from zoo.export.onnx_graph import Value

if TYPE_CHECKING:
    import tensorflow as tf

TO_CHANNELS_FIRST, TO_CHANNELS_LAST = [0, 3, 1, 2], [0, 2, 3, 1]


@handles("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3")
def _matmul(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    flags = ("transpose_a", "transpose_b") if operation.type == "MatMul" else ("adj_x", "adj_y")
    sides = [
        _transposed(converter, value, tensor) if operation.get_attr(flag) else value
        for value, tensor, flag in zip(inputs, operation.inputs, flags, strict=True)
    ]
    return converter.graph.node("MatMul", *sides)


def _transposed(converter: Converter, value: Value, tensor: tf.Tensor) -> Value:
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(np.swapaxes(value, -1, -2))
    order = list(range(tensor.shape.rank))
    order[-2:] = order[-1], order[-2]
    return converter.graph.node("Transpose", value, perm=order)


@handles("Einsum")
def _einsum(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Einsum", *inputs, equation=operation.get_attr("equation").decode())


@handles("BiasAdd")
def _bias(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Add", *inputs)


@handles("Softmax", "LogSoftmax")
def _softmax(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node(operation.type, inputs[0], axis=-1)


@handles("SparseSoftmaxCrossEntropyWithLogits")
def _cross_entropy(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    """Losses `[N]` of logits `[N, V]` and classes `[N]`, and their gradient `[N, V]`."""
    graph, (logits, targets) = converter.graph, inputs
    classes = graph.node("Gather", graph.shape(logits), np.array([1], np.int64), axis=0)
    column = graph.node("Unsqueeze", graph.cast(targets, np.int64), np.array([1], np.int64))  # [N, 1]
    logarithms = graph.node("LogSoftmax", logits, axis=-1)
    chosen = graph.node("GatherElements", logarithms, column, axis=1)  # [N, 1]
    losses = graph.node("Neg", graph.node("Squeeze", chosen, np.array([1], np.int64)))
    right = graph.node("OneHot", graph.cast(targets, np.int64), classes, np.array([0, 1], np.float32))
    return [losses, graph.node("Sub", graph.node("Exp", logarithms), right)]


@handles("Conv2D", "DepthwiseConv2dNative")
def _convolution(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    _check_layout(operation)
    graph, kernel = converter.graph, constant(inputs[1], "the kernel of a convolution")
    groups = 1
    if operation.type == "Conv2D":
        weights = kernel.transpose(3, 2, 0, 1)  # [out, in, height, width]
        channels = operation.inputs[0].shape[-1]
        groups = channels // kernel.shape[2]
    else:
        height, width, groups, times = kernel.shape
        weights = kernel.transpose(2, 3, 0, 1).reshape(groups * times, 1, height, width)
    found = graph.node(
        "Conv",
        graph.node("Transpose", inputs[0], perm=TO_CHANNELS_FIRST),
        np.ascontiguousarray(weights),
        group=groups,
        strides=list(operation.get_attr("strides")[1:3]),
        dilations=list(operation.get_attr("dilations")[1:3]),
        kernel_shape=list(kernel.shape[:2]),
        **_padding(operation),
    )
    back: Value = graph.node("Transpose", found, perm=TO_CHANNELS_LAST)
    return back


@handles("MaxPool", "AvgPool")
def _pool(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    _check_layout(operation)
    graph = converter.graph
    found = graph.node(
        "MaxPool" if operation.type == "MaxPool" else "AveragePool",
        graph.node("Transpose", inputs[0], perm=TO_CHANNELS_FIRST),
        kernel_shape=list(operation.get_attr("ksize")[1:3]),
        strides=list(operation.get_attr("strides")[1:3]),
        **_padding(operation),
    )
    back: Value = graph.node("Transpose", found, perm=TO_CHANNELS_LAST)
    return back


@handles("FusedBatchNormV3")
def _normalise(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    if operation.get_attr("is_training"):
        raise UnknownOperationError("the model normalises by the statistics of a batch, which one input has not")
    _check_layout(operation)
    scale, shift, mean, variance = (constant(value, "the statistics of a batch") for value in inputs[1:])
    factor = scale / np.sqrt(variance + operation.get_attr("epsilon"))
    found = converter.graph.node("Mul", inputs[0], factor.astype(np.float32))
    found = converter.graph.node("Add", found, (shift - mean * factor).astype(np.float32))
    return [found, mean, variance, mean, variance, np.zeros(0, np.float32)]


def _check_layout(operation: tf.Operation) -> None:
    if operation.get_attr("data_format") != b"NHWC":
        raise UnknownOperationError("the model has its channels in front; images must have them behind")


def _padding(operation: tf.Operation) -> dict[str, str | list[int]]:
    kind = operation.get_attr("padding")
    if kind == b"EXPLICIT":
        before_after = operation.get_attr("explicit_paddings")[2:6]
        return {"pads": [before_after[0], before_after[2], before_after[1], before_after[3]]}
    return {"auto_pad": "SAME_UPPER" if kind == b"SAME" else "VALID"}
