"""Operations on each number by itself, and their comparisons."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from zoo.export.conversion import Converter, UnknownOperationError, handles
from zoo.export.onnx_graph import Value

SIGN = np.iinfo(np.int32).min

PLAIN = {
    "Abs": "Abs",
    "Add": "Add",
    "AddV2": "Add",
    "BitwiseAnd": "BitwiseAnd",
    "BitwiseOr": "BitwiseOr",
    "BitwiseXor": "BitwiseXor",
    "Ceil": "Ceil",
    "Cos": "Cos",
    "Div": "Div",
    "Equal": "Equal",
    "Erf": "Erf",
    "Exp": "Exp",
    "Floor": "Floor",
    "Greater": "Greater",
    "GreaterEqual": "GreaterOrEqual",
    "IsNan": "IsNaN",
    "IsInf": "IsInf",
    "Less": "Less",
    "LessEqual": "LessOrEqual",
    "Log": "Log",
    "LogicalAnd": "And",
    "LogicalNot": "Not",
    "LogicalOr": "Or",
    "Maximum": "Max",
    "Minimum": "Min",
    "Mul": "Mul",
    "Neg": "Neg",
    "Pow": "Pow",
    "RealDiv": "Div",
    "Reciprocal": "Reciprocal",
    "Relu": "Relu",
    "Round": "Round",
    "Select": "Where",
    "SelectV2": "Where",
    "Sigmoid": "Sigmoid",
    "Sign": "Sign",
    "Sin": "Sin",
    "Softplus": "Softplus",
    "Softsign": "Softsign",
    "Sqrt": "Sqrt",
    "Sub": "Sub",
    "Tan": "Tan",
    "Tanh": "Tanh",
}
"""Operation of TensorFlow -> the operator of ONNX that does the same to the same inputs."""


@handles(*PLAIN)
def _plain(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node(PLAIN[operation.type], *inputs)


@handles(
    "CheckNumerics", "EnsureShape", "Identity", "IdentityN", "PlaceholderWithDefault", "PreventGradient", "Snapshot"
)
def _same(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    return inputs


@handles("IsFinite")
def _is_finite(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph = converter.graph
    return graph.node("Not", graph.node("Or", graph.node("IsInf", *inputs), graph.node("IsNaN", *inputs)))


@handles("StopGradient")
def _stop(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    return inputs


@handles("ReadVariableOp")
def _read(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.variables[int(inputs[0])]  # type: ignore[arg-type]


@handles("Cast")
def _cast(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    wanted = operation.get_attr("DstT")
    if wanted == operation.get_attr("SrcT"):
        return inputs[0]
    return converter.graph.cast(inputs[0], wanted.as_numpy_dtype)


@handles("NotEqual")
def _not_equal(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Not", converter.graph.node("Equal", *inputs))


@handles("Square")
def _square(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Mul", inputs[0], inputs[0])


@handles("SquaredDifference")
def _squared_difference(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    difference = converter.graph.node("Sub", *inputs)
    return converter.graph.node("Mul", difference, difference)


@handles("Rsqrt")
def _rsqrt(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Reciprocal", converter.graph.node("Sqrt", inputs[0]))


@handles("Log1p")
def _log1p(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    one = np.ones((), operation.inputs[0].dtype.as_numpy_dtype)
    return converter.graph.node("Log", converter.graph.node("Add", inputs[0], one))


@handles("Expm1")
def _expm1(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    one = np.ones((), operation.inputs[0].dtype.as_numpy_dtype)
    return converter.graph.node("Sub", converter.graph.node("Exp", inputs[0]), one)


@handles("Relu6")
def _relu6(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    kind = operation.inputs[0].dtype.as_numpy_dtype
    return converter.graph.node("Clip", inputs[0], np.zeros((), kind), np.full((), 6, kind))


@handles("LeakyRelu")
def _leaky(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("LeakyRelu", inputs[0], alpha=float(operation.get_attr("alpha")))


@handles("Elu", "Selu")
def _elu(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node(operation.type, inputs[0])


@handles("ClipByValue")
def _clip(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Min", converter.graph.node("Max", inputs[0], inputs[1]), inputs[2])


@handles("DivNoNan")
def _divide_safely(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph, zero = converter.graph, np.zeros((), operation.inputs[0].dtype.as_numpy_dtype)
    return graph.node("Where", graph.node("Equal", inputs[1], zero), zero, graph.node("Div", *inputs))


@handles("FloorDiv")
def _floor_divide(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph, kind = converter.graph, operation.inputs[0].dtype
    if kind.is_floating:
        found: Value = graph.node("Floor", graph.node("Div", *inputs))
        return found
    quotient = graph.node("Div", *(graph.cast(value, np.float64) for value in inputs))
    return graph.cast(graph.node("Floor", quotient), kind.as_numpy_dtype)


@handles("FloorMod")
def _modulo(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph = converter.graph
    if not operation.inputs[0].dtype.is_floating:
        found: Value = graph.node("Mod", *inputs)
        return found
    whole = graph.node("Floor", graph.node("Div", *inputs))
    remainder: Value = graph.node("Sub", inputs[0], graph.node("Mul", whole, inputs[1]))
    return remainder


@handles("LeftShift", "RightShift")
def _shift(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    direction = operation.type.removesuffix("Shift").upper()
    return converter.graph.node("BitShift", *inputs, direction=direction)


@handles("Bitcast")
def _reinterpret(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    before, after = operation.inputs[0].dtype, operation.outputs[0].dtype
    if before.name == "float32" and after.name == "int32" and _is_sign(operation):
        graph, zero = converter.graph, np.zeros((), np.float32)
        below = graph.node("Less", inputs[0], zero)
        negative = graph.node("Or", below, graph.node("Less", graph.node("Reciprocal", inputs[0]), zero))
        found: Value = graph.node("Where", negative, np.array(SIGN, np.int32), np.zeros((), np.int32))
        return found
    if not (before.is_integer and after.is_integer and before.size == after.size):
        raise UnknownOperationError(f"the model reads the bits of {before.name} as {after.name}")
    return converter.graph.cast(inputs[0], after.as_numpy_dtype)


def _is_sign(operation: tf.Operation) -> bool:
    """Whether nothing but the sign bit of a number is looked at, as `keras.ops.argmax` does."""
    others = [
        tensor.op for user in operation.outputs[0].consumers() for tensor in user.inputs if tensor.op is not operation
    ]
    return all(user.type == "BitwiseAnd" for user in operation.outputs[0].consumers()) and all(
        other.type == "Const" and int(tf.make_ndarray(other.get_attr("value"))) == SIGN for other in others
    )
