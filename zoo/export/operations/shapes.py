"""Operations that move numbers: shapes, slices, look-ups, joining and dividing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zoo.export.conversion import Converter, UnknownOperationError, constant, handles
from zoo.export.onnx_graph import Named, OnnxGraph, Value

if TYPE_CHECKING:
    import tensorflow as tf

LAST = np.iinfo(np.int64).max


def _integers(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def _axis(number: int, rank: int) -> int:
    return int(number) % rank if rank else 0


@handles("Shape")
def _shape(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.cast(converter.graph.shape(inputs[0]), operation.get_attr("out_type").as_numpy_dtype)


@handles("Size")
def _size(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.cast(converter.graph.node("Size", inputs[0]), operation.get_attr("out_type").as_numpy_dtype)


@handles("Reshape")
def _reshape(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph, shape = converter.graph, operation.outputs[0].shape
    if shape.rank is not None and list(shape).count(None) <= 1:
        wanted: Value = _integers(*(-1 if size is None else size for size in shape))
    else:
        wanted = graph.cast(inputs[1], np.int64)
    return graph.node("Reshape", inputs[0], wanted)


@handles("Transpose")
def _transpose(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    order = constant(inputs[1], "the order of axes").tolist()
    if order == sorted(order):
        return inputs[0]
    return converter.graph.node("Transpose", inputs[0], perm=order)


@handles("ExpandDims")
def _expand(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    axis = int(constant(inputs[1], "an axis").reshape(()))
    return converter.graph.node("Unsqueeze", inputs[0], _integers(axis))


@handles("Squeeze")
def _squeeze(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    axes = operation.get_attr("squeeze_dims")
    return converter.graph.node("Squeeze", inputs[0], _integers(*axes) if axes else None)


@handles("ConcatV2")
def _concat(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    *parts, axis = inputs
    static = [tensor.shape for tensor in operation.inputs[:-1]]
    number = int(constant(axis, "an axis"))
    # Empty parts, such as what no layer hears besides its input.
    kept = [
        part
        for part, shape in zip(parts, static, strict=True)
        if shape.rank is None or shape[_axis(number, shape.rank)] != 0
    ]
    if len(kept) == 1:
        return kept[0]
    return converter.graph.node("Concat", *(kept or parts), axis=number)


@handles("Pack")
def _pack(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    axis, graph = operation.get_attr("axis"), converter.graph
    parts = [graph.node("Unsqueeze", value, _integers(axis)) for value in inputs]
    return parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=axis)


@handles("Unpack")
def _unpack(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    axis, count, graph = operation.get_attr("axis"), operation.get_attr("num"), converter.graph
    return [graph.node("Gather", inputs[0], np.array(place, np.int64), axis=axis) for place in range(count)]


@handles("Split")
def _split(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    count, axis = operation.get_attr("num_split"), int(constant(inputs[0], "an axis"))
    if count == 1:
        return [inputs[1]]
    found: list[Value] = converter.graph.multi_output_node(
        "Split", inputs[1], outputs=count, axis=axis, num_outputs=count
    )
    return found


@handles("SplitV")
def _split_sizes(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> list[Value]:
    count, axis = operation.get_attr("num_split"), int(constant(inputs[2], "an axis"))
    sizes = converter.graph.cast(inputs[1], np.int64)
    if isinstance(sizes, np.ndarray) and (sizes < 0).any():
        sizes = _integers(*(tensor.shape[axis] for tensor in operation.outputs))
    found = converter.graph.multi_output_node("Split", inputs[0], sizes, outputs=count, axis=axis)
    return found


@handles("Slice")
def _slice(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph = converter.graph
    begin = graph.cast(inputs[1], np.int64)
    if isinstance(inputs[2], np.ndarray):
        sizes = inputs[2].astype(np.int64)
        if isinstance(begin, np.ndarray):
            end: Value = np.where(sizes < 0, LAST, begin + sizes)
        else:
            end = graph.node("Add", begin, np.where(sizes < 0, np.int64(1 << 40), sizes))
    else:
        end = graph.node("Add", begin, graph.cast(inputs[2], np.int64))
    axes = _integers(*range(operation.inputs[0].shape.rank))
    return graph.node("Slice", inputs[0], begin, end, axes)


@handles("StridedSlice")
def _strided_slice(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    """Slices, indices, new axes and an ellipsis, as Python writes them."""
    graph, rank = converter.graph, operation.inputs[0].shape.rank
    masks = {
        name: operation.get_attr(f"{name}_mask") for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    count = operation.inputs[1].shape[0]
    strides = constant(inputs[3], "the step of a slice")
    begins, ends = (_entries(graph, value, count) for value in inputs[1:3])
    real = sum(1 for place in range(count) if not (masks["new_axis"] | masks["ellipsis"]) >> place & 1)
    starts: list[Value] = []
    stops: list[Value] = []
    steps: list[int] = []
    axes: list[int] = []
    shrunk: list[int] = []
    added: list[int] = []
    axis = result = 0
    for place in range(count):
        if masks["ellipsis"] >> place & 1:
            skipped = rank - real
            axis, result = axis + skipped, result + skipped
            continue
        if masks["new_axis"] >> place & 1:
            added.append(result)
            result += 1
            continue
        if masks["shrink_axis"] >> place & 1:
            shrunk.append(axis)
            starts.append(begins[place])
            stops.append(_after(graph, begins[place]))
            steps.append(1)
            axes.append(axis)
            axis += 1
            continue
        step = int(strides[place])
        whole_start, whole_end = masks["begin"] >> place & 1, masks["end"] >> place & 1
        if not (whole_start and whole_end and step == 1):
            starts.append(_integers(0 if step > 0 else LAST) if whole_start else begins[place])
            stops.append(_integers(LAST if step > 0 else -LAST) if whole_end else ends[place])
            steps.append(step)
            axes.append(axis)
        axis, result = axis + 1, result + 1
    found: Value = inputs[0]
    if len(axes) == 1 and shrunk:
        index = starts[0] if isinstance(starts[0], np.ndarray) else graph.node("Squeeze", starts[0], _integers(0))
        index = index.reshape(()) if isinstance(index, np.ndarray) else index
        found = graph.node("Gather", found, index, axis=axes[0])
    elif axes:
        found = graph.node(
            "Slice", found, _joined(graph, starts), _joined(graph, stops), _integers(*axes), _integers(*steps)
        )
        if shrunk:
            found = graph.node("Squeeze", found, _integers(*shrunk))
    return graph.node("Unsqueeze", found, _integers(*added)) if added else found


def _entries(graph: OnnxGraph, value: Value, count: int) -> list[Value]:
    """The entries of a vector of known length, each int64 `[1]`."""
    if isinstance(value, np.ndarray):
        return [value[place : place + 1].astype(np.int64) for place in range(count)]
    wide = graph.cast(value, np.int64)
    if count == 1:
        return [wide]
    return list(graph.multi_output_node("Split", wide, outputs=count, axis=0, num_outputs=count))


def _after(graph: OnnxGraph, start: Value) -> Value:
    """The end of a slice of one entry; the last entry is at -1, and ends with the axis."""
    if isinstance(start, np.ndarray):
        return _integers(LAST if start[0] == -1 else int(start[0]) + 1)
    return graph.node("Add", start, _integers(1))


def _joined(graph: OnnxGraph, parts: list[Value]) -> Value:
    if all(isinstance(part, np.ndarray) for part in parts):
        return np.concatenate([part for part in parts if isinstance(part, np.ndarray)])
    return parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=0)


@handles("GatherV2", "ResourceGather", "Gather")
def _gather(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph = converter.graph
    if operation.type == "ResourceGather":
        inputs = [converter.variables[int(inputs[0])], inputs[1]]  # type: ignore[arg-type]
    batch = operation.get_attr("batch_dims") if operation.type != "Gather" else 0
    axis = int(constant(inputs[2], "an axis")) if operation.type == "GatherV2" else 0
    if not batch:
        found: Value = graph.node("Gather", inputs[0], inputs[1], axis=axis)
        return found
    if axis not in (batch, batch % (operation.inputs[0].shape.rank or 1)):
        raise UnknownOperationError("the model looks values up along an axis that ONNX cannot here")
    places = graph.node("Unsqueeze", graph.cast(inputs[1], np.int64), _integers(-1))
    found = graph.node("GatherND", inputs[0], places, batch_dims=batch)
    return found


@handles("GatherNd")
def _gather_places(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("GatherND", inputs[0], converter.graph.cast(inputs[1], np.int64))


@handles("ScatterNd")
def _scatter(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph = converter.graph
    zero = np.zeros(1, operation.inputs[1].dtype.as_numpy_dtype)
    empty = graph.node("Expand", zero, graph.cast(inputs[2], np.int64))
    return graph.node("ScatterND", empty, graph.cast(inputs[0], np.int64), inputs[1], reduction="add")


@handles("TensorScatterUpdate", "TensorScatterAdd")
def _scatter_into(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    reduction = "add" if operation.type.endswith("Add") else "none"
    return converter.graph.node(
        "ScatterND", inputs[0], converter.graph.cast(inputs[1], np.int64), inputs[2], reduction=reduction
    )


@handles("Tile")
def _tile(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Tile", inputs[0], converter.graph.cast(inputs[1], np.int64))


@handles("BroadcastTo")
def _broadcast(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Expand", inputs[0], converter.graph.cast(inputs[1], np.int64))


@handles("Fill")
def _fill(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Expand", inputs[1], converter.graph.cast(inputs[0], np.int64))


@handles("ZerosLike", "OnesLike")
def _like(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    number = np.full((), operation.type == "OnesLike", operation.inputs[0].dtype.as_numpy_dtype)
    return converter.graph.node("Expand", number, converter.graph.shape(inputs[0]))


@handles("Range")
def _range(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Range", *inputs)


@handles("OneHot")
def _one_hot(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph = converter.graph
    on, off = (graph.node("Unsqueeze", value, _integers(0)) for value in (inputs[2], inputs[3]))
    both = graph.node("Concat", off, on, axis=0)
    places = inputs[0] if operation.inputs[0].dtype.name == "int64" else graph.cast(inputs[0], np.int64)
    depth = graph.cast(inputs[1], np.int64)
    return graph.node("OneHot", places, depth, both, axis=operation.get_attr("axis"))


@handles("Pad", "PadV2", "MirrorPad")
def _pad(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    widths = constant(inputs[1], "the width of padding").T.reshape(-1).astype(np.int64)
    if operation.type == "MirrorPad":
        if operation.get_attr("mode") != b"REFLECT":
            raise UnknownOperationError("the model mirrors at its borders in a way that ONNX has not")
        found: Value = converter.graph.node("Pad", inputs[0], widths, mode="reflect")
        return found
    filled = inputs[2] if operation.type == "PadV2" else None
    found = converter.graph.node("Pad", inputs[0], widths, filled)
    return found


@handles("ReverseV2")
def _reverse(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    graph, axes = converter.graph, constant(inputs[1], "an axis").reshape(-1).tolist()
    rank = operation.inputs[0].shape.rank
    axes = [_axis(axis, rank) for axis in axes]
    value = inputs[0]
    if len(axes) == 1 and isinstance(value, Named) and (value.name, axes[0]) in graph.root.reversed:
        return graph.root.reversed[value.name, axes[0]]
    count = len(axes)
    found: Named = graph.node(
        "Slice",
        value,
        _integers(*[-1] * count),
        _integers(*[-LAST] * count),
        _integers(*axes),
        _integers(*[-1] * count),
    )
    if count == 1:
        graph.root.reversed[found.name, axes[0]] = value
    return found


@handles("Where")
def _where(converter: Converter, operation: tf.Operation, inputs: list[Value]) -> Value:
    return converter.graph.node("Transpose", converter.graph.node("NonZero", inputs[0]), perm=[1, 0])
