"""Mytask: a recurrent cell with a single gate."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import zoo
from keras import KerasTensor, ops

ZOO_API = 1


@keras.saving.register_keras_serializable(package="zoo-mytask")
class MytaskCell(keras.layers.Layer):
    """A minimal gated unit (Zhou et al. 2016, arXiv:1603.09420): one gate forgets and resets.

    Args:
        units: size of the state and of the output.
        **kwargs: what every Keras layer takes.
    """

    def __init__(self, units: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.state_size = self.output_size = units

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Create the weights for inputs [B, D]: those of the gate, then those of the new state."""
        width = 2 * self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], width), initializer="glorot_uniform", name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, width), initializer="orthogonal", name="recurrent")
        self.bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")

    def call(
        self, inputs: KerasTensor, states: Sequence[KerasTensor], training: bool = False
    ) -> tuple[KerasTensor, list[KerasTensor]]:
        """Compute one step.

        Args:
            inputs: [B, D].
            states: the state [B, U] alone.
            training: of no use here.

        Returns:
            The output [B, U] and the new states.
        """
        state = states[0]
        units = self.units
        heard = ops.matmul(inputs, self.kernel) + self.bias  # [B, 2 U]
        gate = ops.sigmoid(heard[:, :units] + ops.matmul(state, self.recurrent[:, :units]))  # [B, U]
        fresh = ops.tanh(heard[:, units:] + ops.matmul(gate * state, self.recurrent[:, units:]))  # [B, U]
        state = (1 - gate) * state + gate * fresh
        return state, [state]

    def get_config(self) -> dict[str, object]:
        """Return the arguments that make this cell again."""
        return {**super().get_config(), "units": self.units}


@zoo.hookimpl
def zoo_cells() -> dict[str, type[keras.Layer]]:
    """Register the cell: `model.cell=mytask` of any task."""
    return {"mytask": MytaskCell}
