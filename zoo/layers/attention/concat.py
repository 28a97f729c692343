"""Concat attention (Luong, Pham and Manning 2015, arXiv:1508.04025)."""

from __future__ import annotations

import keras
from keras import ops

from zoo.backend.types import Nest, Shape, Tensor
from zoo.layers.attention.additive import additive_scores
from zoo.layers.attention.attention import Attention, Prepared


@keras.saving.register_keras_serializable(package="zoo")
class ConcatAttention(Attention):
    """Scores `v · tanh(W [query; memory])`, and softmax over the places.

    Bahdanau's function with one matrix in place of two: only the scale of the initial weights differs.

    Args:
        units: U, of the hidden layer.
        **kwargs: what every Keras layer takes.
    """

    def build(self, queries_shape: Shape, memory_shape: Shape) -> None:
        """Create the weights for queries (B, T, Q) and a memory (B, S, D)."""
        self.query_size, memory_size = queries_shape[-1] or 0, memory_shape[-1] or 0
        self.kernel = self.add_weight(shape=(self.query_size + memory_size, self.units), name="kernel")
        self.score_kernel = self.add_weight(shape=(self.units, 1), name="score_kernel")
        super().build(queries_shape, memory_shape)

    def prepare(self, memory: Tensor, mask: Tensor | None = None) -> dict[str, Nest]:
        """Add `keys` [B, S, U], the memory's part of the hidden layer (see `Attention.prepare`)."""
        prepared = super().prepare(memory, mask)
        memory_kernel = self._weight(self.kernel)[self.query_size :]  # [D, U]
        return {**prepared, "keys": ops.matmul(self._scored(prepared["values"]), memory_kernel)}

    def scores(self, queries: Tensor, prepared: Prepared) -> Tensor:
        """Compare queries [B, T, Q] with the keys: [B, T, S]."""
        queries = ops.matmul(self._scored(queries), self._weight(self.kernel)[: self.query_size])  # [B, T, U]
        return additive_scores(queries, ops.expand_dims(prepared["keys"], 1), self._weight(self.score_kernel))
