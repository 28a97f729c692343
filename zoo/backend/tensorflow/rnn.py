"""Runs a Keras recurrent layer with the hand-written recurrence on TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from zoo.backend.generic.rnn import is_standard
from zoo.backend.portable import is_portable
from zoo.backend.tensorflow.cells import GRUKernel, Kernel, LSTMKernel, SimpleRNNKernel, reorder
from zoo.backend.tensorflow.marking import marked_recurrence
from zoo.backend.tensorflow.recurrence import recurrence
from zoo.backend.types import Tensor

PROJECTS_EMBEDDINGS = True

ONE_HOT_ROWS = 512
"""Up to this many tokens the 16-bit gradient of a look-up is a matmul with one-hot rows."""


def can_run_layer(layer: keras.layers.RNN, training: bool) -> bool:
    """Say whether the recurrence computes what a layer asks for (see `is_standard`).

    Args:
        layer: one of the zoo's SimpleRNN, LSTM, GRU.
        training: whether dropout is on.

    Returns:
        False also on a GPU, where Keras' own layer calls cuDNN, and inside `portable()`.
    """
    if not is_standard(layer, training):
        return False
    return marked_recurrence() is not None or (not is_portable() and not tf.config.list_logical_devices("GPU"))


class Cell(NamedTuple):
    """A cell's weights in the layout of the recurrence.

    Args:
        kernel: the element-wise part of a step.
        input_kernel: [D, G].
        recurrent_kernel: [U, G].
        input_bias: [G], or None.
        recurrent_bias: [G], or None.
    """

    kernel: Kernel
    input_kernel: Tensor
    recurrent_kernel: Tensor
    input_bias: Tensor | None
    recurrent_bias: Tensor | None


def run_layer(
    layer: keras.layers.RNN,
    sequences: Tensor,
    states: Sequence[Tensor],
    mask: Tensor | None,
    training: bool,
    embeddings: Tensor | None = None,
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Run a layer's cell over a sequence (see `Backend.run_layer`)."""
    marked = marked_recurrence()
    if marked is not None:
        vectors = sequences if embeddings is None else tf.gather(embeddings, sequences)  # [B, T, D]
        return marked(layer, vectors, states, mask)
    cell = fast_cell(layer.cell, tf.as_dtype(layer.compute_dtype))
    if mask is not None:
        mask = tf.transpose(tf.cast(mask, tf.bool))  # [T, B]
    if embeddings is None:
        if training and layer.cell.dropout:
            drop = layer.cell.get_dropout_mask(sequences[:, 0, :])  # [B, D], the same for all steps
            # A cell with a mask for each gate gives the first: the projection of all gates is one matmul.
            sequences = sequences * tf.expand_dims(drop[0] if isinstance(drop, list) else drop, 1)
        sequences = tf.transpose(sequences, [1, 0, 2])  # [T, B, D]
    else:
        sequences = tf.transpose(sequences)  # [T, B]
    if layer.go_backwards:
        sequences = tf.reverse(sequences, [0])
        mask = None if mask is None else tf.reverse(mask, [0])
    if embeddings is None:
        projected = _project(sequences, cell)
    else:
        projected = _look_up(_project(embeddings, cell), sequences)  # [T, B, G]
        if mask is not None:  # the vector of a masked token does not count either
            projected = tf.where(mask[:, :, tf.newaxis], projected, tf.zeros([], projected.dtype))
    outputs, states = recurrence(
        cell.kernel, projected, states, cell.recurrent_kernel, cell.recurrent_bias, mask, training
    )
    if mask is not None:
        outputs = _masked_outputs(outputs, mask, layer.zero_output_for_mask)
    return outputs[-1], tf.transpose(outputs, [1, 0, 2]), list(states)


def fast_cell(cell: keras.layers.Layer, dtype: tf.DType) -> Cell:
    """Find a cell's kernel, and lay its weights out for it."""

    def read(variable: keras.Variable) -> Tensor:
        return tf.cast(tf.convert_to_tensor(variable), dtype)

    kernel, recurrent_kernel = read(cell.kernel), read(cell.recurrent_kernel)
    bias = None if cell.bias is None else read(cell.bias)
    if isinstance(cell, keras.layers.GRUCell):
        return Cell(GRUKernel(), kernel, recurrent_kernel, *((None, None) if bias is None else tf.unstack(bias)))
    if isinstance(cell, keras.layers.LSTMCell):
        bias = None if bias is None else reorder(bias)
        return Cell(LSTMKernel(), reorder(kernel), reorder(recurrent_kernel), bias, None)
    return Cell(SimpleRNNKernel(), kernel, recurrent_kernel, bias, None)


def _project(inputs: Tensor, cell: Cell) -> Tensor:
    """Multiply [..., D] by the input's weights, [..., G]."""
    flat = tf.matmul(tf.reshape(inputs, [-1, inputs.shape[-1]]), cell.input_kernel)
    if cell.input_bias is not None:
        flat = tf.nn.bias_add(flat, cell.input_bias)
    dynamic = tf.shape(inputs)
    leading = [dynamic[axis] if size is None else size for axis, size in enumerate(inputs.shape[:-1])]
    return tf.reshape(flat, [*leading, flat.shape[-1]])


@tf.custom_gradient
def _look_up(embeddings: Tensor, tokens: Tensor) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, None]]]:
    """Take a row of [V, G] for every token; the gradient sums in float32 also under a 16-bit policy."""

    def gradient(d_rows: Tensor) -> tuple[Tensor, None]:
        size = tf.shape(embeddings)[0]
        flat, places = tf.reshape(d_rows, [-1, embeddings.shape[1]]), tf.reshape(tokens, [-1])
        if embeddings.dtype == tf.float32:
            return tf.math.unsorted_segment_sum(flat, places, size), None
        if embeddings.shape[0] is not None and embeddings.shape[0] <= ONE_HOT_ROWS:
            # A 16-bit matmul accumulates in float32 and beats a scatter.
            return tf.matmul(tf.one_hot(places, size, dtype=embeddings.dtype), flat, transpose_a=True), None
        summed = tf.math.unsorted_segment_sum(tf.cast(flat, tf.float32), places, size)
        return tf.cast(summed, embeddings.dtype), None

    return tf.gather(embeddings, tokens), gradient


def _masked_outputs(outputs: Tensor, mask: Tensor, zero: bool) -> Tensor:
    """Give masked steps the output that Keras gives them.

    The state of a masked step is the one before it, and so is the output; but before the first step that counts, the
    output is zero even if the initial state is not.

    Args:
        outputs: the states [T, B, U].
        mask: [T, B].
        zero: whether the output of every masked step is zero.
    """
    shown = mask if zero else tf.cumsum(tf.cast(mask, tf.int32), 0) > 0
    return tf.where(shown[:, :, tf.newaxis], outputs, tf.zeros([], outputs.dtype))
