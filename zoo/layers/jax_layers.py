"""The bridge between the Keras layers and the fast recurrence on JAX: when it applies, and how it is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import keras

from zoo.layers.jax_recurrence import Advance, recurrence
from zoo.layers.plain_layer import is_plain


def is_fast(layer: Any, training: bool) -> bool:
    """Say whether the fast recurrence computes what a layer asks for (see `is_plain`).

    Args:
        layer: one of the zoo's SimpleRNN, LSTM, GRU.
        training: whether dropout is on.

    Returns:
        False also on a processor, where XLA makes as much of the scan of Keras. On a GPU it takes two thirds to nine
        tenths of the time of Keras' layers, those by cuDNN among them.
    """
    return is_plain(layer, training) and _is_accelerated()


def _is_accelerated() -> bool:
    return jax.default_backend() != "cpu"


def run_layer(layer: Any, sequences: Any, states: Sequence[Any], mask: Any, training: bool) -> tuple[Any, Any, list]:
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
    cell, dtype = layer.cell, layer.compute_dtype
    advance, bias = _kind(cell)
    kernel, recurrent_kernel = (jnp.asarray(each.value, dtype) for each in (cell.kernel, cell.recurrent_kernel))
    input_bias, recurrent_bias = bias
    if training and cell.dropout:
        drop = cell.get_dropout_mask(sequences[:, 0, :])  # [B, D], the same for all steps
        # A cell with a mask for each gate gives the first: the projection of all gates is one matmul.
        sequences = sequences * jnp.expand_dims(drop[0] if isinstance(drop, list) else drop, 1)
    sequences = jnp.swapaxes(jnp.asarray(sequences), 0, 1)  # [T, B, D]
    keep = None if mask is None else jnp.swapaxes(jnp.asarray(mask), 0, 1).astype(jnp.float32)  # [T, B]
    if layer.go_backwards:
        sequences = jnp.flip(sequences, 0)
        keep = None if keep is None else jnp.flip(keep, 0)
    projected = jnp.matmul(sequences.astype(dtype), kernel) + input_bias.astype(dtype)  # [T, B, G]
    begin = tuple(jnp.asarray(state, jnp.float32) for state in states)
    outputs, final = recurrence(advance, projected, begin, recurrent_kernel, recurrent_bias, keep)
    outputs = outputs.astype(dtype)
    if keep is not None:
        outputs = _masked_outputs(outputs, keep, layer.zero_output_for_mask)
    return outputs[-1], jnp.swapaxes(outputs, 0, 1), [state.astype(dtype) for state in final]


def _kind(cell: Any) -> tuple[Advance, tuple[Any, Any]]:
    """Find the element-wise part of a cell's step, and its biases, float32 [G], of the input and of the state."""
    nothing = jnp.zeros((), jnp.float32)
    bias = nothing if cell.bias is None else jnp.asarray(cell.bias.value, jnp.float32)
    if isinstance(cell, keras.layers.GRUCell):
        return _gru, (nothing, jnp.zeros(3 * cell.units)) if cell.bias is None else (bias[0], bias[1])
    if isinstance(cell, keras.layers.LSTMCell):
        return _lstm, (bias, jnp.zeros(4 * cell.units))
    return _simple_rnn, (bias, jnp.zeros(cell.units))


def _lstm(projected: Any, inner: Any, states: tuple) -> tuple:
    """Hochreiter and Schmidhuber 1997 with the forget gate of Gers 2000; gates input, forget, candidate, output."""
    enter, forget, candidate, leave = jnp.split(projected + inner, 4, axis=1)
    carry = jax.nn.sigmoid(forget) * states[1] + jax.nn.sigmoid(enter) * jnp.tanh(candidate)
    return jax.nn.sigmoid(leave) * jnp.tanh(carry), carry


def _gru(projected: Any, inner: Any, states: tuple) -> tuple:
    """Cho 2014 with the reset gate after the matmul (as in cuDNN); gates update, reset, candidate."""
    units = states[0].shape[1]
    gates = jax.nn.sigmoid(projected[:, : 2 * units] + inner[:, : 2 * units])
    update, reset = gates[:, :units], gates[:, units:]
    candidate = jnp.tanh(projected[:, 2 * units :] + reset * inner[:, 2 * units :])
    return (candidate + update * (states[0] - candidate),)


def _simple_rnn(projected: Any, inner: Any, states: tuple) -> tuple:
    """Elman 1990: the new state is the tanh of both projections."""
    return (jnp.tanh(projected + inner),)


def _masked_outputs(outputs: Any, keep: Any, zero: bool) -> Any:
    """Give masked steps the output that Keras gives them: zero before the first step that counts, or always.

    Args:
        outputs: the states [T, B, U].
        keep: [T, B].
        zero: whether the output of every masked step shall be zero.
    """
    shown = keep > 0 if zero else jnp.cumsum(keep, 0) > 0
    return outputs * shown.astype(outputs.dtype)[:, :, None]
