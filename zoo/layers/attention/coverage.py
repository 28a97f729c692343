"""Attention with coverage (See, Liu and Manning 2017, arXiv:1704.04368)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Shape, Tensor
from zoo.layers.attention.additive import AdditiveAttention
from zoo.layers.attention.attention import Prepared, masked_softmax
from zoo.layers.options import LayerOptions


@keras.saving.register_keras_serializable(package="zoo")
class CoverageAttention(AdditiveAttention):
    """Additive attention that accumulates how much each position has been attended to.

    Scores `v · tanh(W query + U memory + w coverage + b)`, where the coverage is the sum of the alignments so far.
    `coverage_loss` of its alignments is what the paper adds to the loss, with a weight of 1.

    Args:
        units: U, of the hidden layer.
        use_bias: whether the hidden layer has a bias.
        **kwargs: what every Keras layer takes.
    """

    stateless = False

    def __init__(self, units: int = 128, use_bias: bool = True, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(units, use_bias=use_bias, **kwargs)

    def build(self, queries_shape: Shape, memory_shape: Shape) -> None:
        """Create the weights for queries (B, T, Q) and a memory (B, S, D)."""
        self.coverage_kernel = self.add_weight(shape=(1, self.units), name="coverage_kernel")
        super().build(queries_shape, memory_shape)

    def start(self, prepared: Prepared) -> list[Tensor]:
        """Give the coverage before the first step: zeros [B, S]."""
        return [ops.zeros_like(prepared["mask"])]

    def step(
        self, query: Tensor, prepared: Prepared, state: Sequence[Tensor], training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Answer one query a row (see `Attention.step`)."""
        self._check(query, 2, "query", "[batch, features]")
        covered = self._scored(state[0])[:, :, None]  # [B, S, 1]
        keys = prepared["keys"] + covered * self._weight(self.coverage_kernel)  # [B, S, U]
        scores = self._energies(ops.expand_dims(query, 1), ops.expand_dims(keys, 1))  # [B, 1, S]
        alignment = masked_softmax(scores, prepared["mask"][:, None])  # [B, 1, S]
        return self.read(alignment, prepared)[:, 0], alignment[:, 0], [state[0] + alignment[:, 0]]


def coverage_loss(alignments: Tensor) -> Tensor:
    """Penalize repeated attention: the sum over positions of min(alignment, coverage).

    Args:
        alignments: [B, T, S], of any mechanism.

    Returns:
        [B, T], 0 at the first step; between 0 and 1 elsewhere. Steps that do not count are for the caller to leave
        out.
    """
    coverage = ops.cumsum(alignments, axis=1) - alignments  # [B, T, S]
    return ops.sum(ops.minimum(alignments, coverage), axis=-1)
