"""The element-wise part of one step of LSTM, GRU and SimpleRNN on JAX, which derives its gradient.

With the input x_t, the state h_t, σ the sigmoid, ∘ the element-wise product, and the layouts of the weights of Keras:

LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000)::

    i_t = σ(W_i x_t + R_i h_{t-1} + b_i)        f_t = σ(W_f x_t + R_f h_{t-1} + b_f)
    g_t = tanh(W_g x_t + R_g h_{t-1} + b_g)     o_t = σ(W_o x_t + R_o h_{t-1} + b_o)
    c_t = f_t ∘ c_{t-1} + i_t ∘ g_t             h_t = o_t ∘ tanh(c_t)

GRU (Cho et al. 2014, with the reset gate after the matmul, as in cuDNN)::

    z_t = σ(W_z x_t + b_z + R_z h_{t-1} + d_z)  r_t = σ(W_r x_t + b_r + R_r h_{t-1} + d_r)
    g_t = tanh(W_g x_t + b_g + r_t ∘ (R_g h_{t-1} + d_g))
    h_t = z_t ∘ h_{t-1} + (1 - z_t) ∘ g_t

SimpleRNN (Elman 1990)::

    h_t = tanh(W x_t + R h_{t-1} + b)

The projections W x_t + b are made for all steps before the loop, and R h_{t-1} + d by the loop: here both are known.
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
