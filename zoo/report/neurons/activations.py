"""Activations of the recurrent layers of a language model over texts, and the gates behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras

    from zoo.backend.types import Tensor
    from zoo.topology import Inference

Gates = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Activations:
    """What a network computes while it reads B texts of T tokens each.

    Attributes:
        units: of each layer, float32 `[B, T, U]` between -1 and 1: tanh of the cell state of an LSTM, the output of
            other cells.
        logits: of the next token in the first text, float32 `[T, V]`.
        gates: of each layer, name -> float32 `[B, T, U]` between 0 and 1; empty for cells without known gates.
    """

    units: Sequence[np.ndarray]
    logits: np.ndarray
    gates: Sequence[Gates] = field(default=())


def can_look_into(model: object) -> bool:
    """Say whether a model is a decoder whose layers can be observed."""
    return hasattr(getattr(model, "recurrent", None), "layer_outputs") and hasattr(model, "embedded_tokens")


def read(inference: Inference, tokens: np.ndarray) -> Activations:
    """Read texts with a model, from an empty state.

    Args:
        inference: a `zoo.models.Decoder` with its codecs.
        tokens: int32 `[B, T]`.
    """
    model = inference.model

    def look(tokens: Tensor) -> tuple[list[Tensor], Tensor]:
        from keras import ops

        outputs = model.recurrent.layer_outputs(tokens, embeddings=model.embedded_tokens())
        logits, _ = model(tokens[:1], training=False)
        return [ops.cast(output, "float32") for output in outputs], ops.cast(logits, "float32")

    found, logits = inference.function("look into", look)(tokens)
    outputs = [np.asarray(output, np.float32) for output in found]
    units, gates = [], []
    table = np.asarray(model.embedded_tokens(), np.float32)  # [V, E]
    below = table[tokens] if outputs else np.zeros(0)  # [B, T, E]
    for layer, output in zip(model.recurrent.layers, outputs, strict=True):
        opened = gates_of(getattr(layer, "cell", None), below, output)
        cell_state = opened.pop("state", None)
        units.append(output if cell_state is None else np.tanh(cell_state))
        gates.append(opened)
        below = output
    plain = getattr(model.recurrent, "connection", "plain") == "plain"
    return Activations(units, np.asarray(logits, np.float32)[0], gates if plain else [{} for _ in gates])


def gates_of(cell: keras.layers.Layer, inputs: np.ndarray, outputs: np.ndarray) -> dict[str, np.ndarray]:
    """Compute the gates of a cell again, from what it read and what it gave.

    Args:
        cell: an `LSTMCell` or a `GRUCell` (with `reset_after`) of Keras; others have no known gates.
        inputs: `[B, T, D]`.
        outputs: `[B, T, U]`.

    Returns:
        name -> `[B, T, U]`: of an LSTM `input`, `forget` and `output`, and its `state`; of a GRU `update` and `reset`.
    """
    import keras

    before = np.concatenate([np.zeros_like(outputs[:, :1]), outputs[:, :-1]], axis=1)  # [B, T, U]
    if type(cell).__name__ == "LSTMCell" and isinstance(cell, keras.layers.LSTMCell):
        kernel, recurrent, bias = (np.asarray(weight, np.float32) for weight in cell.get_weights())
        i, f, c, o = np.split(inputs @ kernel + before @ recurrent + bias, 4, axis=-1)  # each [B, T, U]
        i, f, o, c = _sigmoid(i), _sigmoid(f), _sigmoid(o), np.tanh(c)
        state, states = np.zeros_like(c[:, 0]), np.empty_like(c)
        for step in range(c.shape[1]):
            state = f[:, step] * state + i[:, step] * c[:, step]
            states[:, step] = state
        return {"input": i, "forget": f, "output": o, "state": states}
    if type(cell).__name__ == "GRUCell" and isinstance(cell, keras.layers.GRUCell) and cell.reset_after:
        kernel, recurrent, bias = (np.asarray(weight, np.float32) for weight in cell.get_weights())
        both = slice(0, 2 * outputs.shape[-1])
        summed = inputs @ kernel[:, both] + before @ recurrent[:, both] + bias[:, both].sum(0)
        z, r = np.split(_sigmoid(summed), 2, axis=-1)
        return {"update": z, "reset": r}
    return {}


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)), np.float32)
