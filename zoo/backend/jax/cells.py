"""The element-wise part of one step of LSTM, GRU and SimpleRNN on JAX, which derives its gradient.

The equations are in `zoo/backend/tensorflow/cells.py`. The projections W x_t + b of all steps are computed before the
loop, and R h_{t-1} + d in the loop; these functions receive both.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import keras

from zoo.backend.types import Tensor

States = tuple[Tensor, ...]

Advance = Callable[[Tensor, Tensor, States], States]
"""A step: (projection of the input [B, G], of the state [B, G], states) -> new states [B, U], of which the first is the
output. All of it in float32."""


def fast_cell(cell: keras.layers.Layer) -> tuple[Advance, tuple[Tensor, Tensor]]:
    """Find a cell's step, and its biases, float32 [G], of the input and of the state."""
    nothing = jnp.zeros((), jnp.float32)
    bias = nothing if cell.bias is None else jnp.asarray(cell.bias.value, jnp.float32)
    if isinstance(cell, keras.layers.GRUCell):
        return gru, (nothing, jnp.zeros(3 * cell.units)) if cell.bias is None else (bias[0], bias[1])
    if isinstance(cell, keras.layers.LSTMCell):
        return lstm, (bias, jnp.zeros(4 * cell.units))
    return simple_rnn, (bias, jnp.zeros(cell.units))


def lstm(projected: Tensor, recurrent: Tensor, states: States) -> States:
    """Make a step of an LSTM; the gates are in the order input, forget, candidate, output."""
    enter, forget, candidate, leave = jnp.split(projected + recurrent, 4, axis=1)
    carry = jax.nn.sigmoid(forget) * states[1] + jax.nn.sigmoid(enter) * jnp.tanh(candidate)
    return jax.nn.sigmoid(leave) * jnp.tanh(carry), carry


def gru(projected: Tensor, recurrent: Tensor, states: States) -> States:
    """Make a step of a GRU; the gates are in the order update, reset, candidate."""
    units = states[0].shape[1]
    gates = jax.nn.sigmoid(projected[:, : 2 * units] + recurrent[:, : 2 * units])
    update, reset = gates[:, :units], gates[:, units:]
    candidate = jnp.tanh(projected[:, 2 * units :] + reset * recurrent[:, 2 * units :])
    return (candidate + update * (states[0] - candidate),)


def simple_rnn(projected: Tensor, recurrent: Tensor, states: States) -> States:
    """Make a step of a SimpleRNN."""
    return (jnp.tanh(projected + recurrent),)
