"""Location-aware attention (Chorowski et al. 2015, arXiv:1506.07503)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Shape, Tensor
from zoo.layers.attention.additive import AdditiveAttention
from zoo.layers.attention.attention import Prepared, masked_softmax
from zoo.layers.options import LayerOptions


@keras.saving.register_keras_serializable(package="zoo")
class LocationAttention(AdditiveAttention):
    """Additive attention that also sees, through a convolution, where it looked the step before.

    Scores `v · tanh(W query + V memory + U (F * alignment) + b)`. Before the first step it has looked nowhere.

    Args:
        units: U, of the hidden layer.
        filters: K, of the convolution.
        width: of the convolution, in places.
        use_bias: whether the hidden layer has a bias.
        **kwargs: what every Keras layer takes.
    """

    stateless = False

    def __init__(
        self,
        units: int = 128,
        filters: int = 10,
        width: int = 31,
        use_bias: bool = True,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(units, use_bias=use_bias, **kwargs)
        self.filters = filters
        self.width = width

    def build(self, queries_shape: Shape, memory_shape: Shape) -> None:
        """Create the weights for queries (B, T, Q) and a memory (B, S, D)."""
        self.filter_kernel = self.add_weight(shape=(self.width, 1, self.filters), name="filter_kernel")
        self.location_kernel = self.add_weight(shape=(self.filters, self.units), name="location_kernel")
        super().build(queries_shape, memory_shape)

    def start(self, prepared: Prepared) -> list[Tensor]:
        """Give the alignment before the first step: zeros [B, S]."""
        return [ops.zeros_like(prepared["mask"])]

    def step(
        self, query: Tensor, prepared: Prepared, state: Sequence[Tensor], training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Answer one query a row (see `Attention.step`)."""
        self._check(query, 2, "query", "[batch, features]")
        before = self._scored(state[0])[:, :, None]  # [B, S, 1]
        found = ops.conv(before, self._weight(self.filter_kernel), padding="same", data_format="channels_last")
        keys = prepared["keys"] + ops.matmul(found, self._weight(self.location_kernel))  # [B, S, U]
        scores = self._energies(ops.expand_dims(query, 1), ops.expand_dims(keys, 1))  # [B, 1, S]
        alignment = masked_softmax(scores, prepared["mask"][:, None])  # [B, 1, S]
        return self.read(alignment, prepared)[:, 0], alignment[:, 0], [alignment[:, 0]]

    def get_config(self) -> Config:
        """Return the arguments that make this mechanism again."""
        return {**super().get_config(), "filters": self.filters, "width": self.width}
