"""One step of a cell whose input has been multiplied by its weights before."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from zoo.backend.types import Tensor
from zoo.layers.recurrent import Recurrent

MOST_TOKENS = 512
"""Up to this many tokens a loop projects all embeddings once, and its steps look the projected rows up."""


def takes_projected(layer: keras.layers.Layer) -> bool:
    """Whether `projected_step` knows the layer's cell."""
    return isinstance(layer, Recurrent) and getattr(layer.cell, "reset_after", True)


def project(cell: keras.layers.Layer, inputs: Tensor) -> Tensor:
    """Multiply the input by the weights of a cell.

    Args:
        cell: of a SimpleRNN, LSTM or GRU.
        inputs: [N, D], in the cell's compute dtype.

    Returns:
        [N, G], the input's bias added.
    """
    projected = ops.matmul(inputs, ops.cast(cell.kernel, inputs.dtype))
    if cell.bias is None:
        return projected
    # A GRU has a second bias, which belongs to the state's part.
    bias = cell.bias[0] if isinstance(cell, keras.layers.GRUCell) else cell.bias
    return projected + ops.cast(bias, inputs.dtype)


def projected_step(
    cell: keras.layers.Layer, projected: Tensor, states: Sequence[Tensor]
) -> tuple[Tensor, list[Tensor]]:
    """Make one step outside of training.

    Args:
        cell: of a SimpleRNN, LSTM or GRU; the latter with `reset_after`.
        projected: [B, G], what `project` gave.
        states: each [B, U].

    Returns:
        The output [B, U] and the new states: those of the cell itself.
    """
    before = states[0]
    inner = ops.matmul(before, ops.cast(cell.recurrent_kernel, before.dtype))  # [B, G]
    if isinstance(cell, keras.layers.LSTMCell):
        enter, forget, candidate, leave = ops.split(projected + inner, 4, axis=1)
        carry = cell.recurrent_activation(forget) * states[1]
        carry = carry + cell.recurrent_activation(enter) * cell.activation(candidate)
        output = cell.recurrent_activation(leave) * cell.activation(carry)
        return output, [output, carry]
    if isinstance(cell, keras.layers.GRUCell):
        if cell.bias is not None:
            inner = inner + ops.cast(cell.bias[1], inner.dtype)
        update, reset, candidate = ops.split(projected, 3, axis=1)
        inner_update, inner_reset, inner_candidate = ops.split(inner, 3, axis=1)
        update = cell.recurrent_activation(update + inner_update)
        reset = cell.recurrent_activation(reset + inner_reset)
        output = update * before + (1 - update) * cell.activation(candidate + reset * inner_candidate)
        return output, [output]
    output = cell.activation(projected + inner)
    return output, [output]
