"""The model of the task: one recurrent layer, and the logits of the bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np

from zoo.layers import Stack, Tensor
from zoo_memory.cell import NeuralTuringCell


class Machine(keras.Model):
    """Reads frames, and answers each with bits.

    Args:
        factory: makes the recurrent layer, called as `factory(units, dtype=policy)`.
        units: U, of the layer.
        bits: K, of an answer.
    """

    def __init__(self, factory: Callable[..., keras.Layer], units: int, bits: int) -> None:
        super().__init__(name="machine")
        self.supports_masking = True
        self.units = units
        self.recurrent = Stack(factory, layers=1, units=units, name="recurrent")
        self.logits = keras.layers.Dense(bits, name="logits")
        self.shown: np.ndarray | None = None
        """Frames [T, D] that images of the addressing show."""

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make all weights for frames [B, T, D]."""
        self.recurrent.build(input_shape)
        self.logits.build((None, None, self.units))
        self.built = True

    def call(self, source: Tensor, mask: Tensor = None, training: bool = False) -> Tensor:
        """Give the logits [B, T, K] of frames [B, T, D]; mask [B, T] is False at padding."""
        outputs, _ = self.recurrent(source, mask=mask, training=training)  # [B, T, U]
        return self.logits(outputs)

    def addressing(self, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Look where the heads are while the model reads.

        Args:
            frames: [T, D].

        Returns:
            Weightings [T, H, N], of the head that writes first, and the probabilities of the bits [T, K]; None for a
            model without a memory.
        """
        cell = self.recurrent.layers[0].cell
        if not isinstance(cell, NeuralTuringCell):
            return None
        states, weightings, answers = self.recurrent.zero_state(1), [], []
        for frame in frames:
            output, states = self.recurrent.step(frame[None], states)
            weightings.append(np.asarray(cell.weightings(states[0][-1]), np.float32)[0])
            answers.append(np.asarray(keras.ops.sigmoid(self.logits(output)), np.float32)[0])
        return np.stack(weightings), np.stack(answers)
