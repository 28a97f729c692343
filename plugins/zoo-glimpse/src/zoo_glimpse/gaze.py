"""Where to look next: places that are drawn, and what a reward is expected of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
from keras import ops

from zoo.layers import Tensor


@keras.saving.register_keras_serializable(package="zoo_glimpse")
class Gaze(keras.layers.Layer):
    """Draws a place from a Gaussian around the one that a state asks for (Mnih et al. 2014, section 3).

    Neither the place nor the expected reward sends a gradient back into the state: the state learns what is in the
    image, and REINFORCE alone says where to look. It computes in 32 bits under every policy.

    Args:
        deviation: standard deviation of the places, of which an image's half side is 1.
        **kwargs: what every Keras layer takes.
    """

    def __init__(self, deviation: float = 0.1, **kwargs: object) -> None:
        super().__init__(**{**kwargs, "autocast": False})
        self.deviation = deviation
        self.mean = keras.layers.Dense(2, activation="tanh", name="mean", dtype="float32")
        self.expected = keras.layers.Dense(1, name="expected", dtype="float32")

    def build(self, state_shape: Sequence[int | None], numbers_shape: Sequence[int | None] | None = None) -> None:
        """Make the weights.

        Args:
            state_shape: (B, U).
            numbers_shape: not used.
        """
        self.mean.build(tuple(state_shape))
        self.expected.build(tuple(state_shape))
        self.built = True

    def call(self, state: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Choose.

        Args:
            state: [B, U].
            numbers: from a standard Gaussian [B, 2].

        Returns:
            The place (down, right) [B, 2], brought into the image where it was drawn outside; the logarithm of its
            density [B], through which the gradient goes; and the reward that the state expects [B].
        """
        state = ops.stop_gradient(ops.cast(state, "float32"))
        mean = self.mean(state)  # [B, 2]
        drawn = ops.stop_gradient(mean + self.deviation * numbers)
        distance = ops.sum(ops.square((drawn - mean) / self.deviation), axis=-1)  # [B]
        density = -0.5 * distance - math.log(2 * math.pi * self.deviation**2)
        return ops.clip(drawn, -1.0, 1.0), density, self.expected(state)[:, 0]

    @property
    def entropy(self) -> float:
        """Of the places, in nats; it does not depend on the state."""
        return 1 + math.log(2 * math.pi * self.deviation**2)

    def get_config(self) -> dict[str, object]:
        """Give the arguments that make this layer again."""
        return {**super().get_config(), "deviation": self.deviation}
