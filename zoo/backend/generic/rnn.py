"""Which recurrent layers a hand-written recurrence can run; without one, none."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from zoo.backend.types import Tensor

FAST_DTYPES = ("float32", "bfloat16", "float16")

PROJECTS_EMBEDDINGS = False


def is_standard(layer: keras.layers.RNN, training: bool) -> bool:
    """Say whether a layer computes the equations that the hand-written recurrences implement.

    Args:
        layer: one of the zoo's SimpleRNN, LSTM, GRU.
        training: whether dropout is on.

    Returns:
        False for other activations than tanh and sigmoid, for recurrent dropout in training, a GRU whose reset gate
        comes before the matmul, float64, and `unroll=True`.
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
    )


def can_run_layer(layer: keras.layers.RNN, training: bool) -> bool:
    """Say no: Keras runs the layer itself."""
    del layer, training
    return False


def run_layer(
    layer: keras.layers.RNN,
    sequences: Tensor,
    states: Sequence[Tensor],
    mask: Tensor | None,
    training: bool,
    embeddings: Tensor | None = None,
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Is never called, as `can_run_layer` says no."""
    raise NotImplementedError
