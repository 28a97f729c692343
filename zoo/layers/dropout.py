"""Dropout whose masks belong to the examples."""

from __future__ import annotations

import math

import keras
from keras import ops

from zoo.backend.types import Tensor
from zoo.ops.randomness import ExampleRandomness, example_randomness


@keras.saving.register_keras_serializable(package="zoo")
class Dropout(keras.layers.Dropout):
    """Srivastava et al. 2014. Inside an `ExampleRandomness` scope the mask of an example depends on its place in the
    global batch and not on the replica that holds it; outside it is `keras.layers.Dropout`.

    Args:
        rate: the share of the values to drop, in [0, 1).
        noise_shape: the shape of the mask where it is to be broadcast; `(None, 1, None)` drops the same features at
            every time step (Gal and Ghahramani 2016). The first axis must stay the batch.
        seed: for use outside a scope.
    """

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Drop.

        Args:
            inputs: [B, ...].
            training: False leaves the inputs as they are.

        Returns:
            The inputs with some values zero and the others divided by (1 - rate).
        """
        scope = example_randomness()
        if scope is None or not training or self.rate == 0:
            return super().call(inputs, training=training)
        shape = list(ops.shape(inputs))
        for axis, size in enumerate(self.noise_shape or ()):
            shape[axis] = shape[axis] if size is None else size
        return inputs * dropout_mask(scope, shape, self.rate, inputs.dtype)


def dropout_mask(scope: ExampleRandomness, shape: list, rate: float, dtype: str) -> Tensor:
    """Draw a mask by example.

    Args:
        scope: where the numbers come from.
        shape: the shape of the mask, the batch first.
        rate: the share to drop.
        dtype: the mask's.

    Returns:
        Zeros, and 1 / (1 - rate) elsewhere.
    """
    columns = math.prod(shape[1:])
    kept = scope.uniform(shape[0], columns) >= rate  # [B, columns]
    return ops.reshape(ops.cast(kept, dtype) * (1 / (1 - rate)), shape)
