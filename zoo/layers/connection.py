"""How a layer of a stack meets its input again: not at all, as a sum, or through a gate."""

from __future__ import annotations

from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Shape, Tensor
from zoo.errors import UsageError, did_you_mean
from zoo.layers.options import LayerOptions

CONNECTIONS = ("plain", "residual", "highway")


@keras.saving.register_keras_serializable(package="zoo")
class Connection(keras.layers.Layer):
    """Combines a layer's input and output; where their widths differ (mostly in the first layer) it is `plain`.

    Args:
        kind: `plain` passes the output on; `residual` adds the input (He et al. 2016); `highway` mixes both through
            a learnt gate that starts mostly closed (Srivastava et al. 2015, arXiv:1505.00387).
        **kwargs: what every Keras layer takes.

    Raises:
        UsageError: for an unknown kind.
    """

    def __init__(self, kind: str = "plain", **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        if kind not in CONNECTIONS:
            raise UsageError(f"unknown connection '{kind}'{did_you_mean(kind, CONNECTIONS)}")
        self.kind = kind
        self.supports_masking = True

    def build(self, before_shape: Shape, after_shape: Shape) -> None:
        """Create the gate if there is one.

        Args:
            before_shape: (..., D).
            after_shape: (..., U).
        """
        self.meets = self.kind != "plain" and before_shape[-1] == after_shape[-1]
        if self.meets and self.kind == "highway":
            units = after_shape[-1]
            self.kernel = self.add_weight(shape=(units, units), initializer="glorot_uniform", name="kernel")
            closed = keras.initializers.Constant(-1.0)
            self.bias = self.add_weight(shape=(units,), initializer=closed, name="bias")
        self.built = True

    def call(self, before: Tensor, after: Tensor) -> Tensor:
        """Combine the input of a layer [..., D] with its output [..., U]; returns [..., U]."""
        if not self.meets:
            return after
        before = ops.cast(before, self.compute_dtype)
        if self.kind == "residual":
            return before + after
        gate = ops.sigmoid(ops.matmul(before, self.kernel) + self.bias)
        return before + gate * (after - before)

    def compute_output_shape(self, before_shape: Shape, after_shape: Shape) -> Tensor:
        """Return the shape of the layer's output."""
        return after_shape

    def get_config(self) -> Config:
        """Return the arguments that make this connection again."""
        return {**super().get_config(), "kind": self.kind}
