"""Mytask: attention by direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import zoo
from keras import KerasTensor, ops
from zoo.layers import Attention

ZOO_API = 1


@keras.saving.register_keras_serializable(package="zoo-mytask")
class MytaskAttention(Attention):
    """Compares the directions of query and memory, and ignores their lengths.

    Args:
        units: size of the space in which they are compared.
        sharpness: factor on the cosines, which are the logits of the alignment.
        **kwargs: what every Keras layer takes.
    """

    def __init__(self, units: int, sharpness: float = 10.0, **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        self.sharpness = sharpness

    def build(self, queries_shape: Sequence[int | None], memory_shape: Sequence[int | None]) -> None:
        """Create the weights for queries [B, T, Q] and a memory [B, S, D]."""
        super().build(queries_shape, memory_shape)
        self.query_kernel = self.add_weight(shape=(queries_shape[-1], self.units), name="query_kernel")
        self.memory_kernel = self.add_weight(shape=(memory_shape[-1], self.units), name="memory_kernel")

    def prepare(self, memory: KerasTensor, mask: KerasTensor | None = None) -> dict[str, KerasTensor]:
        """Compute once what depends on the memory [B, S, D] alone."""
        prepared = super().prepare(memory, mask)
        keys = ops.matmul(prepared["values"], ops.cast(self.memory_kernel, self.compute_dtype))
        return {**prepared, "keys": ops.normalize(keys)}  # [B, S, U]

    def scores(self, queries: KerasTensor, prepared: Mapping[str, KerasTensor]) -> KerasTensor:
        """Compare queries [B, T, Q] with the memory; returns the logits [B, T, S]."""
        projected = ops.normalize(ops.matmul(queries, ops.cast(self.query_kernel, self.compute_dtype)))  # [B, T, U]
        return self.sharpness * ops.matmul(projected, ops.swapaxes(prepared["keys"], 1, 2))

    def get_config(self) -> dict[str, object]:
        """Return the arguments that make this mechanism again."""
        return {**super().get_config(), "sharpness": self.sharpness}


@zoo.hookimpl
def zoo_attentions() -> dict[str, type[Attention]]:
    """Register the mechanism: `model.attention=mytask` of any task that attends."""
    return {"mytask": MytaskAttention}
