"""The recurrent layers against references in plain numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layers import references
from tests.properties import tried

KINDS = ["SimpleRNN", "LSTM", "GRU"]


def make(kind: str, units: int, features: int, **arguments):
    from zoo import layers

    layer = getattr(layers, kind)(
        units, return_sequences=True, return_state=True, bias_initializer="normal", **arguments
    )
    layer.build((None, None, features))
    return layer


def test_the_vanilla_rnn_is_the_one_of_the_article():
    inputs = np.random.default_rng(0).normal(size=(1, 6, 3)).astype("float32")
    layer = make("SimpleRNN", 4, 3)
    kernel, recurrent, bias = layer.get_weights()
    rnn = references.VanillaRNN(kernel.T, recurrent.T, bias)
    expected = [rnn.step(x) for x in inputs[0]]
    outputs, state = layer(inputs)
    np.testing.assert_allclose(outputs[0], expected, atol=1e-6)
    np.testing.assert_allclose(state[0], rnn.h, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@tried(12)
@given(data=st.data())
def test_outputs_and_states(kind, data):
    rows, steps, features, units = (data.draw(st.integers(1, 5), label=name) for name in "BTDU")
    masked, started, backwards = (data.draw(st.booleans(), label=name) for name in ("mask", "initial", "backwards"))
    generator = np.random.default_rng(data.draw(st.integers(0, 99), label="seed"))
    inputs = generator.normal(size=(rows, steps, features)).astype("float32")
    mask = generator.random((rows, steps)) < 0.6 if masked else None
    layer = make(kind, units, features, go_backwards=backwards)
    scale = 1.0 if started else 0.0
    initial = [scale * generator.normal(size=(rows, units)).astype("float32") for _ in layer.state_size]
    turn = slice(None, None, -1 if backwards else 1)
    expected, states = references.run(
        kind, inputs[:, turn], layer.get_weights(), initial, None if mask is None else mask[:, turn]
    )
    outputs, *finals = layer(inputs, initial_state=initial if started else None, mask=mask)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    for final, state in zip(finals, states, strict=True):
        np.testing.assert_allclose(final, state, atol=1e-5)
