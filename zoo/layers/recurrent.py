"""What the zoo's SimpleRNN, LSTM and GRU have in common: the fast path, and clear words for bad input."""

from __future__ import annotations

from typing import Any

import keras
from keras import tree

from zoo.errors import UsageError


class Recurrent:
    """Mixin in front of a Keras recurrent layer: the same arguments, weights and results, computed faster.

    On TensorFlow and a CPU the fast recurrence of `tensorflow_recurrence.py` does the work where it can; a GPU with
    cuDNN, another backend, and rarely used arguments are left to the layer of Keras.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The hand-written gradient uses a CPU kernel that XLA cannot compile (XLA is slower there, too).
        self.supports_jit = keras.backend.backend() != "tensorflow"

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """Run over a batch of sequences.

        Args:
            sequences: [B, T, D].
            initial_state: a list of states, each [B, U]; None for zeros.
            mask: [B, T], False at steps that leave the state as it is; None for no such step.
            training: whether dropout is on.

        Returns:
            What the layer of Keras returns: the last output [B, U] or all outputs [B, T, U], and with
            `return_state` the final states.

        Raises:
            UsageError: if a shape does not fit.
        """
        check_shapes(self, sequences, initial_state, mask)
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)  # type: ignore[misc]

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """Run over the time steps; called by `keras.layers.RNN.call`."""
        if keras.backend.backend() == "tensorflow" and getattr(self, "use_cudnn", "auto") is not True:
            from zoo.layers import tensorflow_layers

            if tensorflow_layers.is_fast(self, training):
                mask = tree.flatten(mask)[0] if mask is not None else None
                return tensorflow_layers.run_layer(self, sequences, tree.flatten(initial_state), mask, training)
        return super().inner_loop(sequences, initial_state, mask, training)  # type: ignore[misc]


def check_shapes(layer: Any, sequences: Any, initial_state: Any, mask: Any) -> None:
    """Refuse shapes that cannot be meant.

    Args:
        layer: the layer, for its name and units.
        sequences: should be [B, T, D].
        initial_state: None or a list of [B, U].
        mask: None or [B, T].

    Raises:
        UsageError: with one sentence.
    """
    shape = tuple(sequences.shape)
    if len(shape) != 3:
        raise UsageError(
            f"{layer.name}: the input has shape {shape}; it should have 3 axes [batch, time, features]"
        )
    if mask is not None:
        for part in tree.flatten(mask):
            wanted, found = shape[:2], tuple(part.shape)
            if len(found) != 2 or any(a and b and a != b for a, b in zip(wanted, found, strict=True)):
                raise UsageError(f"{layer.name}: the mask has shape {found}; the input's [batch, time] is {wanted}")
    if initial_state is not None:
        states = tree.flatten(initial_state)
        if len(states) != len(layer.state_size):
            raise UsageError(
                f"{layer.name}: {len(states)} initial states were given; it has {len(layer.state_size)}"
            )
        for state, units in zip(states, layer.state_size, strict=True):
            if len(state.shape) != 2 or state.shape[1] != units:
                raise UsageError(
                    f"{layer.name}: an initial state has shape {tuple(state.shape)}; it should be [batch, {units}]"
                )
