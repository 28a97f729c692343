"""An ONNX graph while it is written: nodes, constants, and graphs inside a node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 18
"""The version of ONNX's operators that graphs are written in."""
SMALL = 64
"""Constants up to this many numbers are shared by their value."""


@dataclass(frozen=True)
class Named:
    """A tensor of the graph that is known when it runs.

    Attributes:
        name: of the ONNX value.
    """

    name: str


@dataclass(frozen=True)
class Parts:
    """A list of tensors (`tf.TensorArray`) that grows at its end.

    Attributes:
        parts: tensors `[n, ...]`, which joined are the list.
    """

    parts: tuple[Value, ...] = ()


Value = Named | np.ndarray | Parts
"""What a tensor of TensorFlow becomes: a value of the graph, a constant, or a list of tensors."""

Describe = Callable[[str], onnx.ValueInfoProto]
"""Gives the type and shape of the value of a name."""


class OnnxGraph:
    """Collects nodes.

    Args:
        parent: the graph that this one stands in, as the body of a loop; its values are seen here.
    """

    def __init__(self, parent: OnnxGraph | None = None) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.parent = parent
        root = self if parent is None else parent.root
        self.root: OnnxGraph = root
        if parent is None:
            self.initializers: list[onnx.TensorProto] = []
            self._count = 0
            self._shared: dict[tuple[object, ...], str] = {}
            self._kept: list[np.ndarray] = []
            self.reversed: dict[tuple[str, int], Value] = {}
            """(name of a reversed value, axis) -> the value before, so that reversing it again costs nothing."""

    def fresh(self, hint: str) -> str:
        """Give a name that no other value has."""
        self.root._count += 1
        return f"{hint}_{self.root._count}"

    def node(self, kind: str, *inputs: Value | None, **attributes: object) -> Named:
        """Add a node of one output, and return that (see `multi_output_node`)."""
        return Named(self._add(kind, inputs, 1, attributes)[0])

    def multi_output_node(self, kind: str, *inputs: Value | None, outputs: int, **attributes: object) -> list[Value]:
        """Add a node of any number of outputs.

        Args:
            kind: name of the ONNX operator.
            inputs: its inputs; None for one that is left out.
            outputs: how many it has.
            attributes: of the operator.

        Returns:
            Its outputs.
        """
        return [Named(name) for name in self._add(kind, inputs, outputs, attributes)]

    def _add(
        self, kind: str, inputs: Sequence[Value | None], outputs: int, attributes: Mapping[str, object]
    ) -> list[str]:
        names = ["" if value is None else self.name(value) for value in inputs]
        while names and not names[-1]:
            names.pop()
        made = [self.fresh(kind.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, names, made, **attributes))
        return made

    def name(self, value: Value) -> str:
        """The name of a value; a constant becomes an initializer of the outermost graph."""
        if isinstance(value, Named):
            return value.name
        if isinstance(value, Parts):
            return self.name(self.joined(value))
        root, array = self.root, np.asarray(value)
        key: tuple[object, ...] = (
            ("small", array.dtype.str, array.shape, array.tobytes())
            if array.size <= SMALL
            else (
                "large",
                id(value),
            )
        )
        if key not in root._shared:
            name = self.fresh("constant")
            root._shared[key] = name
            root._kept.append(value)  # so that its id stays its own
            root.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name))
        return root._shared[key]

    def joined(self, value: Value) -> Value:
        """A list of tensors as one tensor."""
        if not isinstance(value, Parts):
            return value
        parts = value.parts
        found: Value = parts[0] if len(parts) == 1 else self.node("Concat", *parts, axis=0)
        return found

    def cast(self, value: Value, dtype: npt.DTypeLike) -> Value:
        """A value in another type."""
        if isinstance(value, np.ndarray):
            return value.astype(dtype)
        found: Value = self.node("Cast", value, to=onnx_type(dtype))
        return found

    def shape(self, value: Value) -> Value:
        """The shape of a value, int64 `[rank]`."""
        if isinstance(value, np.ndarray):
            return np.array(value.shape, np.int64)
        found: Value = self.node("Shape", value)
        return found

    def to_proto(
        self, name: str, inputs: Iterable[onnx.ValueInfoProto], outputs: Sequence[tuple[Value, Describe]]
    ) -> onnx.GraphProto:
        """Write the graph.

        Args:
            name: of the graph.
            inputs: their names, types and shapes.
            outputs: values, and what describes each.
        """
        described = []
        for value, describe in outputs:
            # An output must be made by a node of its own graph.
            named = self.node("Identity", value)
            described.append(describe(named.name))
        initializers = self.initializers if self.parent is None else []
        return helper.make_graph(self.nodes, name, list(inputs), described, initializers)


def onnx_type(dtype: npt.DTypeLike) -> int:
    """The ONNX code of a type of NumPy."""
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def describe(name: str, dtype: npt.DTypeLike, shape: Sequence[int | str | None] | None) -> onnx.ValueInfoProto:
    """Say what a value is: its type and shape, None where a size is not known."""
    return helper.make_tensor_value_info(name, onnx_type(dtype), None if shape is None else list(shape))


def name_outputs(graph: onnx.GraphProto) -> None:
    """Let nodes make the outputs of a graph themselves, where a mere copy of what they made stands for an output."""
    made = {name for node in graph.node for name in node.output}
    copies = [node for node in graph.node if node.op_type == "Identity" and node.output[0] in _names(graph.output)]
    names: dict[str, str] = {}
    for node in copies:
        if node.input[0] in made and node.input[0] not in names and node.input[0] not in _names(graph.output):
            names[node.input[0]] = node.output[0]
            graph.node.remove(node)
    _rename(graph, names)


def _names(values: Iterable[onnx.ValueInfoProto]) -> set[str]:
    return {value.name for value in values}


def _rename(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    """Rename values, also where graphs inside nodes read them."""
    for node in graph.node:
        for values in (node.input, node.output):
            values[:] = [names.get(name, name) for name in values]
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                _rename(attribute.g, names)


def make_model(graph: onnx.GraphProto) -> onnx.ModelProto:
    """Make a model of a graph, readable by every runtime of the last years."""
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="seqzoo")
    model.ir_version = 9
    return model


FLOAT = TensorProto.FLOAT
