"""Traces functions of a model for export: a standard recurrence over a sequence is marked, and becomes one operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import onnx
import tensorflow as tf

from zoo.backend.tensorflow.marking import marking
from zoo.backend.types import Function, Nest, Tensor
from zoo.export import operations
from zoo.export.conversion import convert

if TYPE_CHECKING:
    import keras
    from tensorflow.types.experimental import ConcreteFunction

assert operations


class Marks:
    """Stands for recurrent layers in a graph of TensorFlow, by an operation that only the conversion understands."""

    def __init__(self) -> None:
        self.layers: dict[str, keras.layers.Layer] = {}

    def __call__(
        self, layer: keras.layers.RNN, sequences: Tensor, states: Sequence[Tensor], mask: Tensor | None
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Mark a layer's recurrence (see `zoo.backend.tensorflow.run_layer`)."""
        token = f"recurrence {len(self.layers)}"
        self.layers[token] = layer
        given = [sequences, *states, *([] if mask is None else [tf.cast(mask, tf.bool)])]
        last, outputs, *after = tf.raw_ops.PyFunc(
            input=given, token=token, Tout=[sequences.dtype] * 2 + [state.dtype for state in states]
        )
        rows, steps = sequences.shape[:2]
        last.set_shape([rows, layer.cell.units])
        outputs.set_shape([rows, steps, layer.cell.units])
        for state in after:
            state.set_shape([rows, layer.cell.units])
        return last, outputs, list(after)


def trace(
    function: Function, inputs: Sequence[tuple[str, Sequence[int | None], str]]
) -> tuple[ConcreteFunction, Marks]:
    """Trace a function.

    Args:
        function: of tensors.
        inputs: name, shape and type of each.

    Returns:
        The concrete function, and what stands for recurrences in it.
    """
    marks = Marks()
    specs = [tf.TensorSpec(shape, dtype, name) for name, shape, dtype in inputs]
    with marking(marks):
        traced = tf.function(function, autograph=False).get_concrete_function(*specs)
    return traced, marks


def to_onnx(
    function: Function,
    inputs: Sequence[tuple[str, Sequence[int | None], str]],
    outputs: Callable[[Nest], Sequence[str]],
) -> tuple[onnx.ModelProto, Nest]:
    """Trace a function, and convert it.

    Args:
        function: of tensors.
        inputs: name, shape and type of each.
        outputs: names the flat outputs, given their nesting.

    Returns:
        The model, and the nesting of its outputs.
    """
    traced, marks = trace(function, inputs)
    structure = traced.structured_outputs
    return convert(traced, [name for name, _, _ in inputs], outputs(structure), marks.layers), structure
