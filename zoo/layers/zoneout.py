"""Zoneout (Krueger et al. 2017, arXiv:1606.01305): some units of the state keep their value for a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.layers.options import LayerOptions
from zoo.ops.masking import one_mask, zero_masked
from zoo.ops.randomness import example_randomness


@keras.saving.register_keras_serializable(package="zoo")
class Zoneout(keras.layers.RNN):
    """A recurrent layer around any Keras cell, with zoneout on all its states.

    In training a random share of each state keeps its old value at every step; otherwise every unit moves by the
    expected part of its step. Inside an `ExampleRandomness` scope the choice belongs to the example.

    Args:
        cell: a Keras cell whose states are vectors.
        rate: the share of units that keep their value, in [0, 1).
        **kwargs: what `keras.layers.RNN` takes.
    """

    def __init__(self, cell: keras.layers.Layer, rate: float = 0.1, **kwargs: object) -> None:
        inner = cell if isinstance(cell, ZoneoutCell) else ZoneoutCell(cell, rate, dtype=kwargs.get("dtype"))
        super().__init__(inner, **kwargs)
        self.seeds = keras.random.SeedGenerator()

    def call(
        self, sequences: Tensor, initial_state: Nest = None, mask: Tensor | None = None, training: bool = False
    ) -> Tensor:
        """Run over a batch of sequences; arguments and results are those of `keras.layers.RNN`."""
        mask = one_mask(mask)
        sequences = ops.cast(zero_masked(sequences, mask), self.compute_dtype)
        if training and self.cell.rate > 0:
            rows, steps = ops.shape(sequences)[0], ops.shape(sequences)[1]
            width = sum(self.state_size)
            scope = example_randomness()
            if scope is None:
                drawn = keras.random.uniform((rows, steps, width), dtype="float32", seed=self.seeds)
            else:
                drawn = ops.reshape(scope.uniform(rows, steps * width), (rows, steps, width))
            # The choices of every step travel beside its input, so that the loop itself draws nothing.
            moves = ops.cast(drawn >= self.cell.rate, sequences.dtype)  # [B, T, all states]
            sequences = ops.concatenate([sequences, moves], axis=-1)
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)


@keras.saving.register_keras_serializable(package="zoo")
class ZoneoutCell(keras.layers.Layer):
    """The cell inside `Zoneout`: in training its input ends with one 0 or 1 for each unit of each state.

    Args:
        cell: the cell that makes the step.
        rate: the share of units that keep their value.
    """

    def __init__(self, cell: keras.layers.Layer, rate: float, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.cell = cell
        self.rate = rate
        sizes = cell.state_size
        self.state_size = list(sizes) if isinstance(sizes, (list, tuple)) else [sizes]

    def build(self, input_shape: Shape) -> None:
        """Create the cell's weights for inputs [B, D]."""
        if not self.cell.built:
            self.cell.build(input_shape)

    def get_initial_state(self, batch_size: int | Tensor = None) -> list:
        """Return the cell's initial states."""
        states = self.cell.get_initial_state(batch_size=batch_size)
        return list(states) if isinstance(states, (list, tuple)) else [states]

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool = False) -> tuple[Tensor, list[Tensor]]:
        """Make one step: inputs [B, D] (in training [B, D + all states]) and states, each [B, U]."""
        width = sum(self.state_size)
        if training and self.rate > 0:
            inputs, moves = inputs[:, :-width], inputs[:, -width:]
        else:
            moves = ops.full((1, width), 1 - self.rate, dtype=self.compute_dtype)
        _, new = self.cell(inputs, list(states))
        new = list(new) if isinstance(new, (list, tuple)) else [new]
        mixed, start = [], 0
        for before, after, units in zip(states, new, self.state_size, strict=True):
            mixed.append(before + moves[:, start : start + units] * (after - before))
            start += units
        return mixed[0], mixed

    def get_config(self) -> Config:
        """Return the arguments that make this cell again."""
        cell = keras.saving.serialize_keras_object(self.cell)
        return {**super().get_config(), "cell": cell, "rate": self.rate}

    @classmethod
    def from_config(cls, config: Config) -> ZoneoutCell:
        """Make a cell from what `get_config` returned."""
        return cls(**{**config, "cell": keras.saving.deserialize_keras_object(config["cell"])})
