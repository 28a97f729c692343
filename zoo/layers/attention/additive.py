"""Additive attention (Bahdanau, Cho and Bengio 2015, arXiv:1409.0473)."""

from __future__ import annotations

from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.layers.attention.attention import Attention, Prepared
from zoo.layers.options import LayerOptions


@keras.saving.register_keras_serializable(package="zoo")
class AdditiveAttention(Attention):
    """Scores `v · tanh(W query + U memory)`, and softmax over the places.

    Answering all queries at once holds [B, T, S, U] numbers.

    Args:
        units: U, of the hidden layer.
        use_bias: whether the hidden layer has a bias; the paper's has none.
        **kwargs: what every Keras layer takes.
    """

    def __init__(self, units: int = 128, use_bias: bool = False, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(units, **kwargs)
        self.use_bias = use_bias

    def build(self, queries_shape: Shape, memory_shape: Shape) -> None:
        """Create the weights for queries (B, T, Q) and a memory (B, S, D)."""
        self.query_kernel = self.add_weight(shape=(queries_shape[-1], self.units), name="query_kernel")
        self.memory_kernel = self.add_weight(shape=(memory_shape[-1], self.units), name="memory_kernel")
        self.score_kernel = self.add_weight(shape=(self.units, 1), name="score_kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias") if self.use_bias else None
        super().build(queries_shape, memory_shape)

    def prepare(self, memory: Tensor, mask: Tensor | None = None) -> dict[str, Nest]:
        """Add `keys` [B, S, U] to what every mechanism prepares (see `Attention.prepare`)."""
        prepared = super().prepare(memory, mask)
        keys = ops.matmul(self._scored(prepared["values"]), self._weight(self.memory_kernel))  # [B, S, U]
        return {**prepared, "keys": keys if self.bias is None else keys + self._weight(self.bias)}

    def scores(self, queries: Tensor, prepared: Prepared) -> Tensor:
        """Compare queries [B, T, Q] with the keys: [B, T, S]."""
        return self._energies(queries, ops.expand_dims(prepared["keys"], 1))

    def _energies(self, queries: Tensor, keys: Tensor) -> Tensor:
        """Compare queries [B, T, Q] with the keys of each [B, T or 1, S, U]: [B, T, S]."""
        queries = ops.matmul(self._scored(queries), self._weight(self.query_kernel))  # [B, T, U]
        return additive_scores(queries, keys, self._score_vector())

    def _score_vector(self) -> Tensor:
        """The vector v [U, 1]."""
        return self._weight(self.score_kernel)

    def get_config(self) -> Config:
        """Return the arguments that make this mechanism again."""
        return {**super().get_config(), "use_bias": self.use_bias}


def additive_scores(queries: Tensor, keys: Tensor, vector: Tensor) -> Tensor:
    """Compare queries with keys by a hidden layer.

    Args:
        queries: [B, T, U].
        keys: [B, T or 1, S, U].
        vector: [U, 1].

    Returns:
        [B, T, S].
    """
    hidden = ops.tanh(ops.expand_dims(queries, 2) + keys)  # [B, T, S, U]
    return ops.squeeze(ops.matmul(hidden, vector), -1)
