"""Concat attention (Luong, Pham and Manning 2015, arXiv:1508.04025)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from zoo.layers.attention.additive import additive_scores
from zoo.layers.attention.attention import Attention, Prepared


@keras.saving.register_keras_serializable(package="zoo")
class ConcatAttention(Attention):
    """Scores `v · tanh(W [query; memory])`, and softmax over the places.

    Bahdanau's function with one matrix where that has two; the other initial scale is all that tells them apart.

    Args:
        units: U, of the hidden layer.
        **kwargs: what every Keras layer takes.
    """

    def build(self, queries_shape: Sequence[int | None], memory_shape: Sequence[int | None]) -> None:
        """Create the weights for queries (B, T, Q) and a memory (B, S, D)."""
        self.query_size: Any = queries_shape[-1]
        memory_size: Any = memory_shape[-1]
        self.kernel = self.add_weight(shape=(self.query_size + memory_size, self.units), name="kernel")
        self.score_kernel = self.add_weight(shape=(self.units, 1), name="score_kernel")
        super().build(queries_shape, memory_shape)

    def prepare(self, memory: Any, mask: Any = None) -> dict[str, Any]:
        """Add `keys` [B, S, U], the memory's part of the hidden layer (see `Attention.prepare`)."""
        prepared = super().prepare(memory, mask)
        return {**prepared, "keys": ops.matmul(prepared["values"], self._weight(self.kernel)[self.query_size :])}

    def scores(self, queries: Any, prepared: Prepared) -> Any:
        """Compare queries [B, T, Q] with the keys: [B, T, S]."""
        queries = ops.matmul(queries, self._weight(self.kernel)[: self.query_size])  # [B, T, U]
        return additive_scores(queries, ops.expand_dims(prepared["keys"], 1), self._weight(self.score_kernel))
