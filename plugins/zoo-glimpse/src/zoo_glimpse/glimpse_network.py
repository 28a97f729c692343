"""What and where: a glimpse and its place as one vector."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from zoo.layers import Tensor


@keras.saving.register_keras_serializable(package="zoo_glimpse")
class GlimpseNetwork(keras.layers.Layer):
    """Two hidden layers, of what was seen and of where, joined by one more (Mnih et al. 2014, section 4).

    Args:
        width: of each hidden layer.
        units: U, of the result.
        **kwargs: what every Keras layer takes.
    """

    def __init__(self, width: int = 128, units: int = 256, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.width, self.units = width, units

        def dense(size: int, name: str, bias: bool = True) -> keras.layers.Dense:
            return keras.layers.Dense(size, use_bias=bias, name=name, dtype=self.dtype_policy)

        self.what, self.where = dense(width, "what"), dense(width, "where")
        self.what_joined, self.where_joined = dense(units, "what_joined"), dense(units, "where_joined", bias=False)

    def build(self, windows_shape: Sequence[int | None], places_shape: Sequence[int | None] | None = None) -> None:
        """Make the weights.

        Args:
            windows_shape: (B, P).
            places_shape: not used.
        """
        self.what.build((None, windows_shape[-1]))
        self.where.build((None, 2))
        for joined in (self.what_joined, self.where_joined):
            joined.build((None, self.width))
        self.built = True

    def call(self, windows: Tensor, places: Tensor) -> Tensor:
        """Join.

        Args:
            windows: what was seen [B, P].
            places: (down, right) [B, 2].

        Returns:
            [B, U], not negative.
        """
        what = self.what_joined(ops.relu(self.what(windows)))
        return ops.relu(what + self.where_joined(ops.relu(self.where(places))))

    def compute_output_shape(self, windows_shape: Sequence[int | None], *_: object) -> tuple[int | None, ...]:
        """Give (B, U)."""
        return (windows_shape[0], self.units)

    def get_config(self) -> dict[str, object]:
        """Give the arguments that make this layer again."""
        return {**super().get_config(), "width": self.width, "units": self.units}
