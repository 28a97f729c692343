"""The bridge between the Keras layers and the fast recurrence on TensorFlow: when it applies, and how it is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from zoo.layers.tensorflow_gru import GRUKernel
from zoo.layers.tensorflow_lstm import LSTMKernel, reorder
from zoo.layers.tensorflow_recurrence import Tensor, Weights, recurrence
from zoo.layers.tensorflow_simple_rnn import SimpleRNNKernel

FAST_DTYPES = ("float32", "bfloat16", "float16")


def is_fast(layer: Any, training: bool) -> bool:
    """Say whether the fast recurrence computes what a layer asks for.

    Args:
        layer: one of the zoo's SimpleRNN, LSTM, GRU.
        training: whether dropout is on.

    Returns:
        False for other activations than tanh and sigmoid, for recurrent dropout in training, a GRU whose reset gate
        comes before the matmul, float64, `unroll=True`, and on a GPU (where Keras' own layer calls cuDNN).
    """
    cell = layer.cell
    gates = getattr(cell, "recurrent_activation", keras.activations.sigmoid)
    return (
        cell.activation is keras.activations.tanh
        and gates is keras.activations.sigmoid
        and getattr(cell, "reset_after", True)
        and not (training and cell.recurrent_dropout)
        and not layer.unroll
        and layer.compute_dtype in FAST_DTYPES
        and not tf.config.list_logical_devices("GPU")
    )


def run_layer(
    layer: Any, sequences: Tensor, states: Sequence[Tensor], mask: Tensor | None, training: bool
) -> tuple[Tensor, Tensor, list]:
    """Run a layer's cell over a sequence, as `keras.layers.RNN.inner_loop` does.

    Args:
        layer: one of the zoo's SimpleRNN, LSTM, GRU.
        sequences: [B, T, D].
        states: the initial states, each [B, U].
        mask: [B, T], False at steps that leave the states as they are; None for no such step.
        training: whether dropout is on.

    Returns:
        The last output [B, U], all outputs [B, T, U] (in the order of processing), the final states.
    """
    cell = layer.cell
    if training and cell.dropout:
        drop = cell.get_dropout_mask(sequences[:, 0, :])
        # Cells with several masks (one a gate) get the first: the projection of all gates is one matmul.
        sequences = sequences * tf.expand_dims(drop[0] if isinstance(drop, list) else drop, 1)
    inputs = tf.transpose(sequences, [1, 0, 2])  # [T, B, D]
    if mask is not None:
        mask = tf.transpose(tf.cast(mask, tf.bool))  # [T, B]
    if layer.go_backwards:
        inputs = tf.reverse(inputs, [0])
        mask = None if mask is None else tf.reverse(mask, [0])
    kernel, weights = _cell(cell, inputs.dtype)
    outputs, states = recurrence(kernel, inputs, states, weights, mask)
    if mask is not None:
        outputs = _masked_outputs(outputs, mask, layer.zero_output_for_mask)
    last = outputs[-1]
    return last, tf.transpose(outputs, [1, 0, 2]), list(states)


def _cell(cell: Any, dtype: Any) -> tuple[Any, Weights]:
    """Find a cell's kernel, and its weights as that wants them."""
    kernel = tf.cast(tf.convert_to_tensor(cell.kernel), dtype)
    recurrent_kernel = tf.cast(tf.convert_to_tensor(cell.recurrent_kernel), dtype)
    nothing = tf.zeros([kernel.shape[1]], dtype)
    bias = nothing if cell.bias is None else tf.cast(tf.convert_to_tensor(cell.bias), dtype)
    if isinstance(cell, keras.layers.GRUCell):
        biases = (bias, nothing) if cell.bias is None else tf.unstack(bias)
        return GRUKernel(), Weights(kernel, recurrent_kernel, *biases)
    weights = Weights(kernel, recurrent_kernel, bias, nothing)
    if isinstance(cell, keras.layers.LSTMCell):
        return LSTMKernel(), reorder(weights)
    return SimpleRNNKernel(), weights


def _masked_outputs(outputs: Tensor, mask: Tensor, zero: bool) -> Tensor:
    """Give masked steps the output that Keras gives them.

    The state of a masked step is the one before it, and so is the output; but before the first step that counts, the
    output is zero even if the initial state is not.

    Args:
        outputs: the states [T, B, U].
        mask: [T, B].
        zero: whether the output of every masked step shall be zero.
    """
    shown = mask if zero else tf.cumsum(tf.cast(mask, tf.int32), 0) > 0
    return outputs * tf.cast(shown, outputs.dtype)[:, :, tf.newaxis]
