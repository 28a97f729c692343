"""What the fast recurrences of all backends ask of a layer."""

from __future__ import annotations

from typing import Any

import keras

FAST_DTYPES = ("float32", "bfloat16", "float16")


def is_plain(layer: Any, training: bool) -> bool:
    """Say whether a layer computes what the fast recurrences do.

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
