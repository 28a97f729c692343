"""Dot attention (Luong, Pham and Manning 2015, arXiv:1508.04025)."""

from __future__ import annotations

from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Shape, Tensor
from zoo.layers.attention.attention import Attention, Prepared
from zoo.layers.options import LayerOptions


@keras.saving.register_keras_serializable(package="zoo")
class DotAttention(Attention):
    """Scores `query · memory`, and softmax over the places; has no weights, so both must be of one width.

    Args:
        units: not used: queries and memory meet as they are.
        scale: what the scores are multiplied with; 1 in the paper, and 1 / sqrt(D) with Vaswani et al. 2017.
        **kwargs: what every Keras layer takes.
    """

    def __init__(self, units: int = 128, scale: float = 1.0, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(units, **kwargs)
        self.scale = scale

    def build(self, queries_shape: Shape, memory_shape: Shape) -> None:
        """Check that queries (B, T, D) and memory (B, S, D) are of one width.

        Raises:
            UsageError: they are not.
        """
        if queries_shape[-1] != memory_shape[-1]:
            self._refuse(
                f"dot attention needs queries and memory of one width; they have {queries_shape[-1]} and "
                f"{memory_shape[-1]} features ('general' puts a matrix between them)"
            )
        super().build(queries_shape, memory_shape)

    def scores(self, queries: Tensor, prepared: Prepared) -> Tensor:
        """Compare queries [B, T, D] with the memory: [B, T, S]."""
        return ops.matmul(self._scored(queries) * self.scale, ops.swapaxes(self._scored(prepared["values"]), 1, 2))

    def get_config(self) -> Config:
        """Return the arguments that make this mechanism again."""
        return {**super().get_config(), "scale": self.scale}
