"""Runs a Keras recurrent layer with the hand-written recurrence on JAX."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import keras

from zoo.backend.generic.rnn import is_standard
from zoo.backend.jax.cells import fast_cell
from zoo.backend.jax.recurrence import recurrence
from zoo.backend.types import Tensor

PROJECTS_EMBEDDINGS = False


def can_run_layer(layer: keras.layers.RNN, training: bool) -> bool:
    """Say whether the recurrence computes what a layer asks for (see `is_standard`).

    Args:
        layer: one of the zoo's SimpleRNN, LSTM, GRU.
        training: whether dropout is on.

    Returns:
        False also on a CPU, where XLA is as fast with the scan of Keras. On a GPU this takes two thirds to nine tenths
        of the time of Keras' layers, those by cuDNN among them.
    """
    return is_standard(layer, training) and _is_accelerated()


def _is_accelerated() -> bool:
    return jax.default_backend() != "cpu"


def run_layer(
    layer: keras.layers.RNN,
    sequences: Tensor,
    states: Sequence[Tensor],
    mask: Tensor | None,
    training: bool,
    embeddings: Tensor | None = None,
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Run a layer's cell over a sequence (see `Backend.run_layer`)."""
    if embeddings is not None:
        sequences = jnp.take(embeddings, sequences, axis=0)  # [B, T, D]
    cell, dtype = layer.cell, layer.compute_dtype
    advance, bias = fast_cell(cell)
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


def _masked_outputs(outputs: Tensor, keep: Tensor, zero: bool) -> Tensor:
    """Give masked steps the output that Keras gives them: zero before the first step that counts, or always.

    Args:
        outputs: the states [T, B, U].
        keep: [T, B].
        zero: whether the output of every masked step is zero.
    """
    shown = keep > 0 if zero else jnp.cumsum(keep, 0) > 0
    return jnp.where(shown[:, :, None], outputs, jnp.zeros([], outputs.dtype))
