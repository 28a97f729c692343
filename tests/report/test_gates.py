"""Gates computed again from weights are those that the cell used."""

from __future__ import annotations

import numpy as np
import pytest

from zoo.layers import GRU, LSTM, SimpleRNN
from zoo.report.neurons.activations import gates_of


@pytest.fixture
def inputs() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(2, 7, 3)).astype("float32")


def test_an_lstm_gives_what_its_gates_and_state_say(inputs):
    layer = LSTM(4, return_sequences=True, return_state=True)
    outputs, _, state = (np.asarray(one) for one in layer(inputs))
    gates = gates_of(layer.cell, inputs, outputs)
    np.testing.assert_allclose(gates["state"][:, -1], state, atol=1e-5)
    np.testing.assert_allclose(gates["output"] * np.tanh(gates["state"]), outputs, atol=1e-5)
    assert set(gates) == {"input", "forget", "output", "state"}


def test_a_gru_mixes_old_and_new_by_its_update_gate(inputs):
    layer = GRU(4, return_sequences=True)
    outputs = np.asarray(layer(inputs))
    gates = gates_of(layer.cell, inputs, outputs)
    kernel, recurrent, bias = (np.asarray(weight) for weight in layer.cell.get_weights())
    before = np.concatenate([np.zeros_like(outputs[:, :1]), outputs[:, :-1]], axis=1)
    new = np.tanh(inputs @ kernel[:, 8:] + bias[0, 8:] + gates["reset"] * (before @ recurrent[:, 8:] + bias[1, 8:]))
    np.testing.assert_allclose(gates["update"] * before + (1 - gates["update"]) * new, outputs, atol=1e-5)


def test_other_cells_have_no_known_gates(inputs):
    layer = SimpleRNN(4, return_sequences=True)
    assert gates_of(layer.cell, inputs, np.asarray(layer(inputs))) == {}
