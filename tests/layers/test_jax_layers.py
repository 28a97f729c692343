"""The recurrence for JAX, with its gradient written by hand, against the layers of Keras and the gradient of JAX."""

from __future__ import annotations

import os

import numpy as np
import pytest

if os.environ.get("KERAS_BACKEND") != "jax":
    pytest.skip("make jax runs this", allow_module_level=True)

import jax
import jax.numpy as jnp
import keras

from zoo.backend.jax import rnn as fast
from zoo.layers import GRU, LSTM, SimpleRNN

PAIRS = [(LSTM, keras.layers.LSTM), (GRU, keras.layers.GRU), (SimpleRNN, keras.layers.SimpleRNN)]
RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.normal(size=(4, 7, 3)).astype("float32")
MASKS = {
    "none": None,
    "padded": np.arange(7)[None] < np.array([7, 3, 1, 5])[:, None],
    "holes": RANDOM.random((4, 7)) < 0.6,
}


@pytest.fixture(autouse=True)
def on_a_processor_too(monkeypatch):
    monkeypatch.setattr(fast, "_is_accelerated", lambda: True)


def made(kind, dtype="float32", **arguments):
    layer = kind(5, return_sequences=True, return_state=True, dtype=dtype, **arguments)
    layer.build(INPUTS.shape)
    layer.set_weights(
        [np.sin(np.arange(each.size, dtype="float32")).reshape(each.shape) for each in layer.get_weights()]
    )
    return layer


def value_and_gradients(layer, mask, states=None):
    variables = layer.trainable_variables

    def value(weights, inputs):
        with keras.StatelessScope(state_mapping=list(zip(variables, weights, strict=True))):
            outputs, *final = layer(inputs, mask=mask, initial_state=states)
        total = sum(jnp.sum(jnp.sin(each.astype("float32")) * (2 + at)) for at, each in enumerate([outputs, *final]))
        return total, outputs

    (_, outputs), gradients = jax.value_and_grad(value, argnums=(0, 1), has_aux=True)(
        [variable.value for variable in variables], INPUTS
    )
    return outputs, jax.tree.leaves(gradients)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_it_goes_there_and_back_as_keras_does(ours, theirs, mask, backwards):
    # Keras on JAX shows an initial state at masked steps before the first that counts, on TensorFlow zeros.
    states = None if mask != "none" else [np.full((4, 5), 0.3, "float32")] * (2 if ours is LSTM else 1)
    layers = [made(kind, go_backwards=backwards) for kind in (ours, theirs)]
    assert fast.can_run_layer(layers[0], False)
    (one, mine), (other, wanted) = (value_and_gradients(layer, MASKS[mask], states) for layer in layers)
    np.testing.assert_allclose(one, other, atol=1e-5)
    for found, expected in zip(mine, wanted, strict=True):
        np.testing.assert_allclose(found, expected, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_16_bit(ours, theirs):
    layers = [made(ours, "mixed_bfloat16"), made(theirs)]
    (one, mine), (other, wanted) = (value_and_gradients(layer, None) for layer in layers)
    assert one.dtype == jnp.bfloat16
    np.testing.assert_allclose(one.astype("float32"), other, atol=0.03)
    for found, expected in zip(mine, wanted, strict=True):
        scale = float(np.abs(expected).max())
        np.testing.assert_allclose(found / scale, expected / scale, atol=0.05)


def test_what_it_does_not_compute_is_left_to_keras():
    for arguments in ({"activation": "relu"}, {"unroll": True}, {"recurrent_activation": "hard_sigmoid"}):
        assert not fast.can_run_layer(made(LSTM, **arguments), False)
    assert not fast.can_run_layer(made(GRU, reset_after=False), False)
    assert not fast.can_run_layer(made(LSTM, recurrent_dropout=0.5), True)
