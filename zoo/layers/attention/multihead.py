"""Multi-head attention (Vaswani et al. 2017, arXiv:1706.03762), from a decoder to a memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.layers.attention.attention import Attention, Prepared, masked_softmax
from zoo.layers.options import LayerOptions


@keras.saving.register_keras_serializable(package="zoo")
class MultiHeadAttention(Attention):
    """Several scaled dot attentions beside each other, each in a projection of its own.

    As in the paper no projection has a bias, so that a row without memory gets zeros. The alignment is the mean of
    the heads' alignments; contexts have U features.

    Args:
        units: U, of all heads together, and of the contexts.
        heads: how many; they divide U.
        **kwargs: what every Keras layer takes.

    Raises:
        UsageError: the heads do not divide U.
    """

    def __init__(self, units: int = 128, heads: int = 4, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(units, **kwargs)
        if heads < 1 or units % heads:
            self._refuse(f"{heads} heads cannot share {units} units; units should be a multiple of heads")
        self.heads = heads

    def build(self, queries_shape: Shape, memory_shape: Shape) -> None:
        """Create the weights for queries (B, T, Q) and a memory (B, S, D)."""
        self.query_kernel = self.add_weight(shape=(queries_shape[-1], self.units), name="query_kernel")
        self.key_kernel = self.add_weight(shape=(memory_shape[-1], self.units), name="key_kernel")
        self.value_kernel = self.add_weight(shape=(memory_shape[-1], self.units), name="value_kernel")
        self.output_kernel = self.add_weight(shape=(self.units, self.units), name="output_kernel")
        super().build(queries_shape, memory_shape)
        self.output_size = self.units

    def prepare(self, memory: Tensor, mask: Tensor | None = None) -> dict[str, Nest]:
        """Add `keys` and `head_values`, both [B, H, S, U / H] (see `Attention.prepare`)."""
        prepared = super().prepare(memory, mask)
        keys = self._split(self._scored(prepared["values"]), self.key_kernel)
        return {**prepared, "keys": keys, "head_values": self._split(prepared["values"], self.value_kernel)}

    def attend(
        self, queries: Tensor, prepared: Prepared, training: bool = False, state: Sequence[Tensor] | None = None
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Answer all queries at once (see `Attention.attend`)."""
        self._check(queries, 3, "queries", "[batch, time, features]")
        scale = (self.units // self.heads) ** -0.5
        queries = self._split(self._scored(queries), self.query_kernel) * scale  # [B, H, T, U / H]
        scores = ops.matmul(queries, ops.swapaxes(prepared["keys"], 2, 3))  # [B, H, T, S]
        alignments = masked_softmax(scores, prepared["mask"][:, None, None])  # [B, H, T, S]
        found = ops.matmul(ops.cast(alignments, self.compute_dtype), prepared["head_values"])  # [B, H, T, U / H]
        rows, steps = ops.shape(found)[0], ops.shape(found)[2]
        joined = ops.reshape(ops.swapaxes(found, 1, 2), (rows, steps, self.units))  # [B, T, U]
        return ops.matmul(joined, ops.cast(self.output_kernel, joined.dtype)), ops.mean(alignments, axis=1), []

    def _split(self, tensor: Tensor, kernel: Tensor) -> Tensor:
        """Project [B, S, D] and give every head its part: [B, H, S, U / H]."""
        projected = ops.matmul(tensor, ops.cast(kernel, tensor.dtype))  # [B, S, U]
        shape = (ops.shape(projected)[0], ops.shape(projected)[1], self.heads, self.units // self.heads)
        return ops.swapaxes(ops.reshape(projected, shape), 1, 2)

    def get_config(self) -> Config:
        """Return the arguments that make this mechanism again."""
        return {**super().get_config(), "heads": self.heads}
