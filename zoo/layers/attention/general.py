"""General attention (Luong, Pham and Manning 2015, arXiv:1508.04025)."""

from __future__ import annotations

import keras
from keras import ops

from zoo.backend.types import Nest, Shape, Tensor
from zoo.layers.attention.attention import Attention, Prepared


@keras.saving.register_keras_serializable(package="zoo")
class GeneralAttention(Attention):
    """Scores `query · W memory`, and softmax over the places.

    Args:
        units: not used: the memory is taken to the width of the queries.
        **kwargs: what every Keras layer takes.
    """

    def build(self, queries_shape: Shape, memory_shape: Shape) -> None:
        """Create the weights for queries (B, T, Q) and a memory (B, S, D)."""
        self.memory_kernel = self.add_weight(shape=(memory_shape[-1], queries_shape[-1]), name="memory_kernel")
        super().build(queries_shape, memory_shape)

    def prepare(self, memory: Tensor, mask: Tensor | None = None) -> dict[str, Nest]:
        """Add `keys` [B, S, Q] to what every mechanism prepares (see `Attention.prepare`)."""
        prepared = super().prepare(memory, mask)
        return {**prepared, "keys": ops.matmul(self._scored(prepared["values"]), self._weight(self.memory_kernel))}

    def scores(self, queries: Tensor, prepared: Prepared) -> Tensor:
        """Compare queries [B, T, Q] with the keys: [B, T, S]."""
        return ops.matmul(self._scored(queries), ops.swapaxes(prepared["keys"], 1, 2))
