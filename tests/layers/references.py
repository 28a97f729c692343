"""The recurrent layers in plain numpy, slow and obvious."""

from __future__ import annotations

import numpy as np


class VanillaRNN:
    """The RNN of "The Unreasonable Effectiveness of Recurrent Neural Networks": two matrices, one step."""

    def __init__(self, W_xh: np.ndarray, W_hh: np.ndarray, b: np.ndarray) -> None:
        self.W_xh, self.W_hh, self.b = W_xh, W_hh, b
        self.h = np.zeros(W_hh.shape[0])

    def step(self, x: np.ndarray) -> np.ndarray:
        self.h = np.tanh(np.dot(self.W_xh, x) + np.dot(self.W_hh, self.h) + self.b)
        return self.h


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def lstm_step(x: np.ndarray, states: list, kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray) -> list:
    """One step of one example; gates in the order of Keras: input, forget, candidate, output."""
    h, c = states
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return [sigmoid(o) * np.tanh(c), c]


def gru_step(x: np.ndarray, states: list, kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray) -> list:
    """One step of one example; gates update, reset, candidate; the reset gate comes after the matmul."""
    (h,) = states
    xz, xr, xh = np.split(x @ kernel + bias[0], 3)
    hz, hr, hh = np.split(h @ recurrent + bias[1], 3)
    z, r = sigmoid(xz + hz), sigmoid(xr + hr)
    return [z * h + (1 - z) * np.tanh(xh + r * hh)]


def rnn_step(x: np.ndarray, states: list, kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray) -> list:
    """One step of one example, in the row-vector notation of Keras."""
    return [np.tanh(x @ kernel + states[0] @ recurrent + bias)]


STEPS = {"SimpleRNN": rnn_step, "LSTM": lstm_step, "GRU": gru_step}


def run(
    kind: str, inputs: np.ndarray, weights: list, initial: list, mask: np.ndarray | None = None
) -> tuple[np.ndarray, list]:
    """Run a layer over [B, T, D], one example and one step at a time, in float64."""
    step, (rows, steps, _) = STEPS[kind], inputs.shape
    outputs = np.zeros((rows, steps, weights[1].shape[0]))
    finals = []
    for row in range(rows):
        states = [state[row] for state in initial]
        shown = np.zeros(weights[1].shape[0])  # Keras shows zeros until the first step that counts
        for time in range(steps):
            if mask is None or mask[row, time]:
                states = step(inputs[row, time], states, *weights)
                shown = states[0]
            outputs[row, time] = shown
        finals.append(states)
    return outputs, [np.array([states[number] for states in finals]) for number in range(len(initial))]
