"""The recurrent layer around the cell: draws for all steps before the loop, and learns from them after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from zoo.layers import Reinforce, Tensor, active_draws, example_randomness
from zoo_memory.cell import NeuralTuringCell


@keras.saving.register_keras_serializable(package="zoo_memory")
class NeuralTuringMachine(keras.layers.RNN):
    """A recurrent layer that writes and reads an external memory, soft or hard (see `NeuralTuringCell`).

    A hard one draws, in training, one place for each head and step. As with the zoo's hard attention, a row is left
    soft for all its steps with probability `soft_share`; the gradient of the others' addresses comes from REINFORCE:
    the topology tells how well each row came out (see `zoo.layers.Draws`). Where something else steps the cell itself,
    as an attention before the recurrent layers does, a hard cell trains softly. Inside an `ExampleRandomness` scope, as
    in every run of the zoo, what is drawn belongs to the example.

    Args:
        units: U, of the controller and of the output.
        places: N, of the memory.
        width: M, of the vector at a place.
        reads: R, heads that read; one head writes.
        controller: `lstm` or `dense`.
        hard: whether a head is at one place.
        soft_share: how many rows stay soft in training, if it is hard.
        **kwargs: what `keras.layers.RNN` takes.

    Raises:
        UsageError: an unknown controller, or a size that is none.

    Example:
        >>> layer = NeuralTuringMachine(100, places=32, width=20, return_sequences=True)
        >>> outputs = layer(inputs)  # inputs [B, T, D], outputs [B, T, 100]
    """

    def __init__(
        self,
        units: int,
        places: int = 32,
        width: int = 20,
        reads: int = 1,
        controller: str = "lstm",
        hard: bool = False,
        soft_share: float = 0.5,
        **kwargs: object,
    ) -> None:
        cell = NeuralTuringCell(
            units, places, width, reads, controller, hard, soft_share, dtype=kwargs.get("dtype"), name="cell"
        )
        super().__init__(cell, **kwargs)
        self.seeds = keras.random.SeedGenerator() if hard else None
        self.reinforce = Reinforce(name="reinforce") if hard else None

    def build(
        self, sequences_shape: Sequence[int | None], initial_state_shape: Sequence[int | None] | None = None
    ) -> None:
        """Create the weights for sequences [B, T, D]."""
        # Loaded from a file, it is built already.
        if self.reinforce is not None and not self.reinforce.built:
            self.reinforce.build((None,))
        super().build(sequences_shape, initial_state_shape)

    def inner_loop(self, sequences: Tensor, initial_state: Tensor, mask: Tensor, training: bool = False) -> Tensor:
        """Run over the time steps; called by `keras.layers.RNN.call`."""
        scope, reinforce = active_draws(), self.reinforce
        if not training or reinforce is None or scope is None:
            return super().inner_loop(sequences, initial_state, mask, training)
        rows, steps = ops.shape(sequences)[0], ops.shape(sequences)[1]
        # The choices of every step travel beside its input, so that the loop itself draws nothing.
        drawn = ops.cast(self._numbers(rows, steps), sequences.dtype)
        ledger = ops.zeros((rows, 2), dtype=self.cell.precise)
        last, outputs, states = super().inner_loop(
            ops.concatenate([sequences, drawn], -1), [*initial_state, ledger], mask, training
        )
        *states, ledger = states

        def learn(rewards: Tensor, weights: Tensor) -> Tensor:
            log_probability, entropy = ops.split(ops.cast(ledger, "float32"), 2, axis=-1)  # [B, 1], [B, 1]
            return reinforce(rewards, log_probability, entropy, weights=weights[:, None], training=True)

        scope.add(learn)
        return last, outputs, list(states)

    def _numbers(self, rows: int, steps: Tensor) -> Tensor:
        """Draw [B, T, H + 1]: a number for each head and step, and the row's own, at every step the same."""
        heads = self.cell.heads
        scope = example_randomness()
        if scope is None:
            numbers = keras.random.uniform((rows, steps * heads + 1), dtype="float32", seed=self.seeds)
        else:
            numbers = scope.uniform(rows, steps * heads + 1)
        own = ops.broadcast_to(numbers[:, None, -1:], (rows, steps, 1))
        return ops.concatenate([ops.reshape(numbers[:, :-1], (rows, steps, heads)), own], -1)

    def get_config(self) -> dict[str, object]:
        """Return the arguments that make this layer again."""
        config = super().get_config()
        del config["cell"]
        cell = self.cell.get_config()
        names = ("units", "places", "width", "reads", "controller", "hard", "soft_share")
        return {**config, **{name: cell[name] for name in names}}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, object] | None = None
    ) -> NeuralTuringMachine:
        """Make a layer from what `get_config` returned."""
        return cls(**config)
