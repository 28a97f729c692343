"""Monotonic attention (Raffel et al. 2017, arXiv:1704.00784): goes through the memory once, from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Shape, Tensor
from zoo.errors import did_you_mean
from zoo.layers.attention.additive import AdditiveAttention
from zoo.layers.attention.attention import Prepared
from zoo.layers.attention.linear_recurrence import linear_recurrence
from zoo.layers.attention.row_stream import advanced, row_numbers, seeded, unseeded
from zoo.layers.options import LayerOptions

INFERENCE = ("hard", "soft")


@keras.saving.register_keras_serializable(package="zoo")
class MonotonicAttention(AdditiveAttention):
    """From the place of the step before, goes on place by place and stops at each with probability p.

    `p = sigmoid(g v / |v| · tanh(W query + U memory + b) + r)`. Training takes the expected alignment, exactly and
    without dividing, and adds noise before the sigmoid so that p learns to be near 0 or 1. Inference stops at the
    first place with p > 1/2. Alignments sum to at most 1: what passes the end looks at nothing, then and later.

    Args:
        units: U, of the hidden layer.
        use_bias: whether the hidden layer has a bias.
        score_bias: initial r; negative, so that early training sees more than the first places.
        noise: standard deviation of the noise in training; 1 in the paper.
        inference: `hard` as in the paper, or `soft`: the expected alignment without noise.
        **kwargs: what every Keras layer takes.

    Raises:
        UsageError: for another kind of inference.
    """

    stateless = False

    def __init__(
        self,
        units: int = 128,
        use_bias: bool = True,
        score_bias: float = -1.0,
        noise: float = 1.0,
        inference: str = "hard",
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(units, use_bias=use_bias, **kwargs)
        if inference not in INFERENCE:
            self._refuse(f"unknown inference '{inference}'{did_you_mean(inference, INFERENCE)}")
        self.score_bias = score_bias
        self.noise = noise
        self.inference = inference
        self.seeds = keras.random.SeedGenerator()

    def build(self, queries_shape: Shape, memory_shape: Shape) -> None:
        """Create the weights for queries (B, T, Q) and a memory (B, S, D)."""
        super().build(queries_shape, memory_shape)
        scale = keras.initializers.Constant(self.units**-0.5)
        self.score_scale = self.add_weight(shape=(), initializer=scale, name="score_scale")
        offset = keras.initializers.Constant(self.score_bias)
        self.score_offset = self.add_weight(shape=(), initializer=offset, name="score_offset")

    def start(self, prepared: Prepared) -> list[Tensor]:
        """Give an alignment with the first place [B, S], and the rows' random streams [B, 2]."""
        zeros = ops.zeros_like(prepared["mask"])
        first = ops.concatenate([ops.ones_like(zeros[:, :1]), zeros[:, 1:]], axis=1)
        return [first, unseeded(ops.shape(zeros)[0])]

    def attend(
        self, queries: Tensor, prepared: Prepared, training: bool = False, state: Sequence[Tensor] | None = None
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Answer queries one after the other (see `Attention.attend`)."""
        before, streams = self.start(prepared) if state is None else state
        if training and self.noise:
            streams = seeded(streams, self.seeds)  # a loop would take other seeds than steps without one
        return super().attend(queries, prepared, training=training, state=[before, streams])

    def step(
        self, query: Tensor, prepared: Prepared, state: Sequence[Tensor], training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Answer one query a row (see `Attention.step`)."""
        self._check(query, 2, "query", "[batch, features]")
        before, streams = state
        mask = prepared["mask"]
        energies = self._energies(ops.expand_dims(query, 1), ops.expand_dims(prepared["keys"], 1))[:, 0]  # [B, S]
        energies = ops.cast(energies, mask.dtype) + ops.cast(self.score_offset, mask.dtype)
        if training and self.noise:
            streams = seeded(streams, self.seeds)
            numbers = row_numbers(streams, 1, ops.shape(energies)[1])[:, 0]  # [B, S]
            energies = energies + ops.cast(_normal(numbers), mask.dtype) * self.noise
            streams = advanced(streams, 1)
        if not training and self.inference == "hard":
            stops = ops.cast(energies > 0, mask.dtype) * mask
        else:
            stops = ops.sigmoid(energies) * mask
        alignment = monotonic_alignment(stops, before)
        return self.read(alignment[:, None], prepared)[:, 0], alignment, [alignment, streams]

    def _score_vector(self) -> Tensor:
        """The vector g v / |v| [U, 1]."""
        vector = ops.cast(self.score_kernel, self.alignment_dtype)
        length = ops.sqrt(ops.maximum(ops.sum(ops.square(vector)), 1e-12))
        return self._weight(ops.cast(self.score_scale, self.alignment_dtype) * vector / length)

    def get_config(self) -> Config:
        """Return the arguments that make this mechanism again."""
        config = {"score_bias": self.score_bias, "noise": self.noise, "inference": self.inference}
        return {**super().get_config(), **config}


def monotonic_alignment(stops: Tensor, before: Tensor) -> Tensor:
    """Compute where a walk from left to right stops.

    Args:
        stops: probability of stopping at each place once there [B, S]; 0 and 1 make the walk a certain one.
        before: alignment of the step before, from whose places the walk begins [B, S].

    Returns:
        The expected alignment [B, S].
    """
    passes = ops.pad(1 - stops[:, :-1], ((0, 0), (1, 0)))  # [B, S], of the place on the left
    return stops * linear_recurrence(passes, before)


def _normal(numbers: Tensor) -> Tensor:
    """Turn numbers between 0 and 1 into normal ones."""
    return ops.erfinv(2 * numbers - 1) * 2**0.5
