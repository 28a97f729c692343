"""Recurrent cells with layer normalisation (Ba, Kiros and Hinton 2016, arXiv:1607.06450)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.layers.initializing import initialized_in_float32


class _Normalised:
    """Mixin of the two cells: separate gains for the input's and the state's projections, as in the paper."""

    epsilon: float
    units: int
    add_weight: Callable[..., keras.Variable]

    def _gain(self, name: str, gates: int) -> Tensor:
        return self.add_weight(shape=(gates, self.units), initializer="ones", name=name)

    def _normalise(self, projection: Tensor, gain: Tensor) -> Tensor:
        """Normalise every gate of a projection [B, gates U] on its own."""
        gates = gain.shape[0]
        parts = ops.reshape(ops.cast(projection, "float32"), (-1, gates, self.units))  # [B, gates, U]
        mean, variance = ops.moments(parts, axes=-1, keepdims=True)
        parts = (parts - mean) * ops.rsqrt(variance + self.epsilon) * ops.cast(gain, "float32")
        return ops.cast(ops.reshape(parts, (-1, gates * self.units)), projection.dtype)  # [B, gates U]


@keras.saving.register_keras_serializable(package="zoo")
class LayerNormLSTMCell(_Normalised, keras.layers.LSTMCell):
    """An LSTM cell whose projections and carry are normalised.

    Args:
        units: the size U of the state.
        epsilon: added to the variance.
        **kwargs: everything else that `keras.layers.LSTMCell` takes; dropout inside the cell is not applied.
    """

    def __init__(self, units: int, epsilon: float = 1e-3, **kwargs: object) -> None:
        super().__init__(units, **kwargs)
        self.epsilon = epsilon

    def build(self, input_shape: Shape) -> None:
        """Create the weights for inputs [B, D]."""
        with initialized_in_float32(self):
            super().build(input_shape)
        self.input_gain = self._gain("input_gain", 4)
        self.recurrent_gain = self._gain("recurrent_gain", 4)
        self.carry_gain = self._gain("carry_gain", 1)
        self.carry_shift = self.add_weight(shape=(self.units,), initializer="zeros", name="carry_shift")

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool = False) -> tuple[Tensor, list[Tensor]]:
        """Make one step: inputs [B, D] and states [h, c], each [B, U], to the output [B, U] and the new states."""
        output, carry = states
        gates = self._normalise(ops.matmul(inputs, self.kernel), self.input_gain)
        gates = gates + self._normalise(ops.matmul(output, self.recurrent_kernel), self.recurrent_gain)
        if self.bias is not None:
            gates = gates + self.bias
        enter, forget, candidate, leave = ops.split(gates, 4, axis=-1)
        carry = self.recurrent_activation(forget) * carry
        carry = carry + self.recurrent_activation(enter) * self.activation(candidate)
        shown = self._normalise(carry, self.carry_gain) + self.carry_shift
        output = self.recurrent_activation(leave) * self.activation(shown)
        return output, [output, carry]

    def get_config(self) -> Config:
        """Return the arguments that make this cell again."""
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable(package="zoo")
class LayerNormGRUCell(_Normalised, keras.layers.GRUCell):
    """A GRU cell (reset gate after the matmul) whose projections are normalised.

    Args:
        units: the size U of the state.
        epsilon: added to the variance.
        **kwargs: everything else that `keras.layers.GRUCell` takes; dropout inside the cell is not applied.
    """

    def __init__(self, units: int, epsilon: float = 1e-3, **kwargs: object) -> None:
        super().__init__(units, **{**kwargs, "reset_after": True})
        self.epsilon = epsilon

    def build(self, input_shape: Shape) -> None:
        """Create the weights for inputs [B, D]."""
        with initialized_in_float32(self):
            super().build(input_shape)
        self.input_gain = self._gain("input_gain", 3)
        self.recurrent_gain = self._gain("recurrent_gain", 3)

    def call(self, inputs: Tensor, states: Nest, training: bool = False) -> tuple[Tensor, list[Tensor]]:
        """Make one step: inputs [B, D] and the state [B, U] to the output [B, U] and the new state."""
        before = states[0] if isinstance(states, (list, tuple)) else states
        projected = self._normalise(ops.matmul(inputs, self.kernel), self.input_gain)
        recurrent = self._normalise(ops.matmul(before, self.recurrent_kernel), self.recurrent_gain)
        if self.bias is not None:
            projected, recurrent = projected + self.bias[0], recurrent + self.bias[1]
        update, reset, candidate = ops.split(projected, 3, axis=-1)
        inner_update, inner_reset, inner = ops.split(recurrent, 3, axis=-1)
        update = self.recurrent_activation(update + inner_update)
        reset = self.recurrent_activation(reset + inner_reset)
        candidate = self.activation(candidate + reset * inner)
        output = update * before + (1 - update) * candidate
        return output, [output]

    def get_config(self) -> Config:
        """Return the arguments that make this cell again."""
        return {**super().get_config(), "epsilon": self.epsilon}
