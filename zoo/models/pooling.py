"""A sequence of vectors made one."""

from __future__ import annotations

from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Shape, Tensor
from zoo.errors import UsageError, did_you_mean
from zoo.layers.options import LayerOptions
from zoo.ops.masking import zero_masked

POOLINGS = ("last", "mean", "max", "attention", "concat")


@keras.saving.register_keras_serializable(package="zoo")
class Pooling(keras.layers.Layer):
    """Pools a memory to one vector.

    Args:
        how: `last` takes the encoder's summary, `mean` and `max` go over the places that are there, and `attention`
            weighs them by a learned score: `softmax(v . tanh(W m))` (Yang et al. 2016, "Hierarchical Attention
            Networks for Document Classification"). `concat` joins the summary, the maximum and the mean (Howard and
            Ruder 2018, arXiv:1801.06146).

    Raises:
        UsageError: another way to pool.
    """

    def __init__(self, how: str = "last", **keywords: Unpack[LayerOptions]) -> None:
        super().__init__(**keywords)
        self.supports_masking = True
        if how not in POOLINGS:
            raise UsageError(f"unknown pooling '{how}'{did_you_mean(how, POOLINGS)}")
        self.how = how
        self.hidden: keras.layers.Dense | None = None
        self.score: keras.layers.Dense | None = None

    def width(self, memory: int) -> int:
        """Return the width of the pooled vector, given that of the memory."""
        return 3 * memory if self.how == "concat" else memory

    def build(self, memory_shape: Shape) -> None:
        """Make the weights.

        Args:
            memory_shape: (B, S, D).
        """
        width = memory_shape[-1]
        if self.how == "attention":
            self.hidden = keras.layers.Dense(width, activation="tanh", name="hidden", dtype=self.dtype_policy)
            self.score = keras.layers.Dense(1, use_bias=False, name="score", dtype=self.dtype_policy)
            self.hidden.build((None, None, width))
            self.score.build((None, None, width))
        self.built = True

    def call(self, memory: Tensor, mask: Tensor, summary: Tensor) -> tuple[Tensor, Tensor]:
        """Pool.

        Args:
            memory: `[B, S, D]`.
            mask: bool `[B, S]`, False at places that are not there.
            summary: `[B, D]`, the encoder's state at its end.

        Returns:
            `[B, D]` (`concat`: `[B, 3 D]`), and float32 `[B, S]`: how much each place counted; zeros where that cannot
            be said.
        """
        present = ops.cast(mask, "float32")  # [B, S]
        memory = zero_masked(memory, mask)
        if self.how == "last":
            return summary, ops.zeros_like(present)
        largest = None
        if self.how in ("max", "concat"):
            floor = ops.where(mask[:, :, None], memory, ops.full_like(memory, -1e4))  # [B, S, D]
            largest = ops.max(floor, axis=1)  # [B, D]
        if self.how == "max":
            return largest, ops.zeros_like(present)
        if self.how in ("mean", "concat"):
            weights = present / ops.maximum(ops.sum(present, axis=1, keepdims=True), 1.0)  # [B, S]
        else:
            assert self.score is not None and self.hidden is not None
            scores = ops.cast(self.score(self.hidden(memory))[:, :, 0], "float32")  # [B, S]
            weights = ops.softmax(ops.where(mask, scores, -1e9), axis=-1) * present  # [B, S]
        pooled = ops.einsum("bs,bsd->bd", weights, ops.cast(memory, "float32"))  # [B, D]
        pooled = ops.cast(pooled, memory.dtype)
        if self.how == "concat":
            return ops.concatenate([summary, largest, pooled], axis=-1), ops.zeros_like(present)
        return pooled, weights

    def compute_output_shape(self, memory_shape: Shape, *_: object, **__: object) -> tuple:
        """Give the shapes of what `call` gives."""
        width = memory_shape[-1]
        assert width is not None
        return (memory_shape[0], self.width(width)), tuple(memory_shape[:2])

    def get_config(self) -> Config:
        """Give the arguments that make this layer again."""
        return {**super().get_config(), "how": self.how}
