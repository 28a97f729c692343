"""From a traced function of TensorFlow to an ONNX model, operation by operation."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import onnx
import tensorflow as tf

from zoo.errors import ZooError
from zoo.export.onnx_graph import Named, OnnxGraph, Parts, Value, describe, make_model, name_outputs

if TYPE_CHECKING:
    import keras
    from tensorflow.types.experimental import ConcreteFunction

Handler = Callable[["Converter", tf.Operation, list[Value]], Value | list[Value]]
"""Converts one operation: (converter, the operation, its inputs) -> its outputs."""

HANDLERS: dict[str, Handler] = {}
"""Type of operation -> what converts it; filled by `zoo.export.operations`."""

FOLDED = 1 << 22
"""Numbers of a result up to which an operation on constants is carried out while converting."""
NEVER_FOLDED = frozenset({"While", "StatelessWhile", "If", "StatelessIf", "PyFunc", "Placeholder"})


def handles(*kinds: str) -> Callable[[Handler], Handler]:
    """Register a function as the handler of some types of operations."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(kinds, handler))
        return handler

    return register


class UnknownOperationError(ZooError):
    """A function of TensorFlow has an operation that cannot be converted."""


class Converter:
    """Converts the operations of one graph of TensorFlow, and of those inside it, into an ONNX graph.

    Args:
        graph: to write to.
        variables: handle's id -> value of a variable.
        natives: token of a marked recurrence -> the layer that it stands for.
    """

    def __init__(
        self,
        graph: OnnxGraph,
        variables: Mapping[int, np.ndarray],
        natives: Mapping[str, keras.layers.Layer] | None = None,
    ) -> None:
        self.graph, self.variables, self.natives = graph, variables, natives or {}

    def inside(self, graph: OnnxGraph) -> Converter:
        """A converter of the same function for a graph inside a node."""
        return Converter(graph, self.variables, self.natives)

    def run(self, function: tf.Graph, inputs: Sequence[Value], wanted: Sequence[int] | None = None) -> list[Value]:
        """Convert a graph of a function.

        Args:
            function: with inputs and outputs.
            inputs: what its inputs stand for.
            wanted: places of the outputs to convert; all by default.

        Returns:
            Its outputs, those wanted.
        """
        values: dict[str, Value] = {}
        for tensor, value in zip(function.inputs, inputs, strict=True):
            values[tensor.name] = value
        outputs = list(function.outputs) if wanted is None else [function.outputs[place] for place in wanted]
        for operation in _needed(function, outputs, values):
            found = self._convert(operation, [values[tensor.name] for tensor in operation.inputs])
            for tensor, value in zip(operation.outputs, found, strict=True):
                values[tensor.name] = value
        return [values[tensor.name] for tensor in outputs]

    def _convert(self, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
        kind = operation.type
        if kind == "Const":
            return [tf.make_ndarray(operation.get_attr("value"))]
        if kind not in NEVER_FOLDED and (known := _static(operation)) is not None:
            return known
        if kind not in NEVER_FOLDED and inputs and all(isinstance(value, np.ndarray) for value in inputs):
            folded = _fold(operation, inputs)
            if folded is not None:
                return folded
        handler = HANDLERS.get(kind)
        if handler is None:
            raise UnknownOperationError(f"the model uses the operation {kind}, which has no counterpart in ONNX here")
        found = handler(self, operation, inputs)
        return found if isinstance(found, list) else [found]


def convert(
    function: ConcreteFunction, names: Sequence[str], outputs: Sequence[str], natives: Mapping[str, keras.layers.Layer]
) -> onnx.ModelProto:
    """Convert a function.

    Args:
        function: a concrete function of TensorFlow.
        names: of its inputs, in the order of its flat arguments.
        outputs: names of its flat outputs.
        natives: token of a marked recurrence -> the layer that it stands for.

    Returns:
        The model.

    Raises:
        UnknownOperationError: an operation has no counterpart.
    """
    graph = OnnxGraph()
    by_handle = {id(variable.handle): variable.numpy() for variable in function.graph.variables}
    captured: dict[str, Value] = {}
    variables: dict[int, np.ndarray] = {}
    for external, internal in function.graph.captures:
        if external.dtype == tf.resource:
            variables[len(variables)] = by_handle[id(external)]
            captured[internal.name] = np.array(len(variables) - 1)  # stands for the handle
        else:
            captured[internal.name] = external.numpy()
    free = [tensor for tensor in function.graph.inputs if tensor.name not in captured]
    inputs = [Named(name) for name in names]
    assert len(free) == len(inputs), (free, names)
    given = {tensor.name: value for tensor, value in zip(free, inputs, strict=True)} | captured
    converter = Converter(graph, variables, natives)
    found = converter.run(function.graph, [given[tensor.name] for tensor in function.graph.inputs])
    described = []
    for value, tensor, name in zip(found, function.graph.outputs, outputs, strict=True):
        described.append((value, name, tensor))
    for value, name, _ in described:
        graph.nodes.append(onnx.helper.make_node("Identity", [graph.name(value)], [name]))
    proto = onnx.helper.make_graph(
        graph.nodes,
        "graph",
        [
            describe(name, tensor.dtype.as_numpy_dtype, _axes(tensor, name))
            for name, tensor in zip(names, free, strict=True)
        ],
        [describe(name, tensor.dtype.as_numpy_dtype, _axes(tensor, name)) for _, name, tensor in described],
        graph.initializers,
    )
    name_outputs(proto)
    return make_model(proto)


def _axes(tensor: tf.Tensor, name: str) -> list[int | str] | None:
    """The sizes of a tensor's axes; those that vary have names."""
    if tensor.shape.rank is None:
        return None
    return [f"{name}_{axis}" if size is None else size for axis, size in enumerate(tensor.shape)]


def _needed(function: tf.Graph, outputs: Sequence[tf.Tensor], known: Mapping[str, Value]) -> list[tf.Operation]:
    """The operations that outputs depend on, in an order in which they can be converted."""
    order = {operation.name: place for place, operation in enumerate(function.get_operations())}
    pending = [tensor.op for tensor in outputs if tensor.name not in known]
    found: dict[str, tf.Operation] = {}
    while pending:
        operation = pending.pop()
        if operation.name in found:
            continue
        found[operation.name] = operation
        pending += [tensor.op for tensor in operation.inputs if tensor.name not in known]
    return sorted(found.values(), key=lambda operation: order[operation.name])


def _static(operation: tf.Operation) -> list[Value] | None:
    """The results of arithmetic of shapes that TensorFlow knows while it traces."""
    if len(operation.outputs) != 1 or operation.outputs[0].dtype not in (tf.int32, tf.int64, tf.bool):
        return None
    shape = operation.outputs[0].shape
    if shape.rank is None or shape.rank > 1 or operation.type in ("ReadVariableOp", "Identity"):
        return None
    found = tf.get_static_value(operation.outputs[0])
    return None if found is None else [np.asarray(found)]


def _fold(operation: tf.Operation, inputs: Sequence[Value]) -> list[Value] | None:
    """Carry out an operation on constants; None where TensorFlow does not, or the result is too large to keep."""
    function = getattr(tf.raw_ops, operation.type, None)
    sizes = [tensor.shape.num_elements() for tensor in operation.outputs]
    # Where TensorFlow does not know the size of a result, it is arithmetic of shapes.
    most = 1 << 16 if None in sizes else FOLDED
    given = sum(np.size(value) for value in inputs if isinstance(value, np.ndarray))
    large = any(size is not None and size > most for size in sizes) or (None in sizes and given > most)
    if function is None or large or operation.op_def.is_stateful:
        return None
    if any(tensor.dtype in (tf.resource, tf.variant) for tensor in [*operation.inputs, *operation.outputs]):
        return None
    rest, arguments, inferred = list(inputs), {}, set()
    # Parameters come in the order of the operation's inputs, some under other names.
    for argument, parameter in zip(operation.op_def.input_arg, inspect.signature(function).parameters, strict=False):
        inferred |= {argument.type_attr, argument.number_attr, argument.type_list_attr}
        if argument.number_attr:
            count = operation.get_attr(argument.number_attr)
            arguments[parameter], rest = [tf.constant(value) for value in rest[:count]], rest[count:]
        elif argument.type_list_attr:
            return None
        else:
            arguments[parameter], *rest = tf.constant(rest[0]), *rest[1:]
    for attribute in operation.op_def.attr:
        if attribute.name not in inferred:
            arguments[attribute.name] = operation.get_attr(attribute.name)
    try:
        with tf.device("CPU"), tf.init_scope():
            found = function(**arguments)
    except (tf.errors.OpError, TypeError, ValueError):
        return None
    listed = list(found) if isinstance(found, (list, tuple)) else [found]
    return [np.asarray(tensor.numpy()) for tensor in listed]


def constant(value: Value, what: str) -> np.ndarray:
    """A value that has to be known while converting.

    Raises:
        UnknownOperationError: it is known only when the graph runs.
    """
    if isinstance(value, np.ndarray):
        return value
    raise UnknownOperationError(f"the model computes {what} while it runs, which ONNX cannot do here")


__all__ = ["HANDLERS", "Converter", "Parts", "UnknownOperationError", "constant", "convert", "handles"]
