"""Smaller numbers: weights of 8 bits, with which products of matrices are computed, or stored in 16 bits."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

LEAST = 256
"""Numbers of a weight from which on 16 bits are worth their conversion."""


def quantize(path: Path, precision: str) -> None:
    """Rewrite a graph with smaller numbers.

    Args:
        path: of the ONNX file.
        precision: `int8` or `float16`; `float32` leaves it as it is.
    """
    if precision == "int8":
        _to_int8(path)
    elif precision == "float16":
        _to_float16(path)


def _to_int8(path: Path) -> None:
    """Quantize the weights of products of matrices, recurrent layers and look-ups, a scale for each column."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target = path.with_suffix(".int8.onnx")
    with contextlib.suppress(FileNotFoundError):
        target.unlink()
    quantize_dynamic(path, target, weight_type=QuantType.QInt8, per_channel=True)
    target.replace(path)


def _to_float16(path: Path) -> None:
    """Store weights in 16 bits; they become 32 bits when the graph is loaded, so that nothing else changes."""
    model = onnx.load(str(path))
    graph, casts, kept = model.graph, [], []
    for weight in graph.initializer:
        array = numpy_helper.to_array(weight)
        if array.dtype != np.float32 or array.size < LEAST or np.abs(array).max() > np.finfo(np.float16).max:
            kept.append(weight)
            continue
        small = f"{weight.name}_float16"
        kept.append(numpy_helper.from_array(array.astype(np.float16), small))
        casts.append(onnx.helper.make_node("Cast", [small], [weight.name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    onnx.save(model, str(path))
