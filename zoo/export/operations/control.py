"""Functions inside functions, branches, loops, and the lists of tensors that loops read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zoo.export.conversion import Converter, UnknownOperationError, handles
from zoo.export.onnx_graph import Describe, Named, OnnxGraph, Parts, Value, describe

if TYPE_CHECKING:
    import tensorflow as tf


@handles("PartitionedCall", "StatefulPartitionedCall")
def _call(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    return converter.run(_function(operation, "f"), inputs)


@handles("If", "StatelessIf")
def _branch(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    condition, *given = inputs
    if isinstance(condition, np.ndarray):
        return converter.run(_function(operation, "then_branch" if condition else "else_branch"), given)
    graphs = {}
    for branch in ("then_branch", "else_branch"):
        inner = OnnxGraph(converter.graph)
        found = converter.inside(inner).run(_function(operation, branch), given)
        graphs[branch] = inner.to_proto(
            branch, [], [(value, _typed(tensor)) for value, tensor in zip(found, operation.outputs, strict=True)]
        )
    return converter.graph.multi_output_node("If", condition, outputs=len(operation.outputs), **graphs)


@handles("While", "StatelessWhile")
def _loop(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    """A loop: what it does not change is read from outside, lists that it writes are gathered by ONNX."""
    graph = converter.graph
    condition, body = _function(operation, "cond"), _function(operation, "body")
    places = range(len(inputs))
    fixed = {place for place in places if _origin(body.outputs[place]) is body.inputs[place]}
    written = {place for place in places if place not in fixed and body.inputs[place].dtype.name == "variant"}
    carried = [place for place in places if place not in fixed | written]
    outer = [graph.joined(value) if place in fixed else value for place, value in enumerate(inputs)]

    inner = OnnxGraph(graph)
    inside = converter.inside(inner)
    names = {place: inner.fresh("carried") for place in carried}
    bound: list[Value] = [
        Parts() if place in written else Named(names[place]) if place in names else outer[place] for place in places
    ]
    found = inside.run(body, bound)
    after = [found[place] if place in names else bound[place] for place in places]
    going_on = inside.run(condition, after)[0]
    before = converter.run(condition, outer)[0]

    outputs: list[tuple[Value, Describe]] = [(going_on, lambda name: describe(name, np.bool_, []))]
    outputs += [(found[place], _typed(body.outputs[place])) for place in carried]
    for place in sorted(written):
        value = found[place]
        if not isinstance(value, Parts) or len(value.parts) != 1:
            raise UnknownOperationError("the model writes several entries of a list in one step of a loop")
        # What ONNX gathers has no axis of its own for the step.
        entry = inner.node("Squeeze", value.parts[0], np.array([0], np.int64))
        outputs.append((entry, _entry(body, place)))
    number, flag = inner.fresh("number"), inner.fresh("flag")
    described = [describe(number, np.int64, []), describe(flag, np.bool_, [])]
    described += [_typed(body.inputs[place])(names[place]) for place in carried]
    proto = inner.to_proto("body", described, outputs)
    made = graph.multi_output_node(
        "Loop", None, before, *(outer[place] for place in carried), outputs=len(carried) + len(written), body=proto
    )
    results = dict(zip([*carried, *sorted(written)], made, strict=True))
    return [
        _longer(inputs[place], results[place]) if place in written else results.get(place, outer[place])
        for place in places
    ]


def _longer(before: Value, more: Value) -> Parts:
    assert isinstance(before, Parts)
    return Parts((*before.parts, more))


def _origin(tensor: tf.Tensor) -> tf.Tensor:
    """The tensor that another is a mere copy of."""
    while tensor.op.type in ("Identity", "IdentityN"):
        tensor = tensor.op.inputs[tensor.value_index]
    return tensor


def _typed(tensor: tf.Tensor) -> Describe:
    """What describes a value of the type of a tensor; shapes in loops may change, and are left open."""
    return lambda name: describe(name, tensor.dtype.as_numpy_dtype, None)


def _entry(body: tf.Graph, place: int) -> Describe:
    """What describes an entry of the list that a loop writes."""
    operation = _origin(body.outputs[place]).op
    kind = operation.get_attr("element_dtype").as_numpy_dtype
    return lambda name: describe(name, kind, None)


def _function(operation: tf.Operation, attribute: str) -> tf.Graph:
    return operation.graph._get_function(operation.get_attr(attribute).name).graph


@handles("TensorListReserve", "EmptyTensorList")
def _empty_list(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return Parts()


@handles("TensorListFromTensor")
def _list_of(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return Parts((inputs[0],))


@handles("TensorListSetItem", "TensorListPushBack")
def _append(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    entry = inputs[2] if operation.type == "TensorListSetItem" else inputs[1]
    assert isinstance(inputs[0], Parts)
    return Parts((*inputs[0].parts, converter.graph.node("Unsqueeze", entry, np.array([0], np.int64))))


@handles("TensorListGetItem")
def _get(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Gather", converter.graph.joined(inputs[0]), inputs[1], axis=0)


@handles("TensorListStack", "TensorListConcatV2")
def _stack(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    if operation.type == "TensorListConcatV2":
        raise UnknownOperationError("the model joins a list of tensors of different sizes")
    return converter.graph.joined(inputs[0])


@handles("TensorListLength")
def _length(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    shape = converter.graph.shape(converter.graph.joined(inputs[0]))
    return converter.graph.cast(converter.graph.node("Gather", shape, np.array(0), axis=0), np.int32)
