"""Hard attention (Xu et al. 2015, arXiv:1502.03044): looks at one place, which it draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Tensor
from zoo.errors import did_you_mean
from zoo.layers.attention.additive import AdditiveAttention
from zoo.layers.attention.attention import Prepared, masked_softmax
from zoo.layers.attention.row_stream import advanced, row_number, row_numbers, seeded, unseeded
from zoo.layers.options import LayerOptions

INFERENCE = ("likeliest", "expected")
SMALLEST = 1e-30


@keras.saving.register_keras_serializable(package="zoo")
class HardAttention(AdditiveAttention):
    """Additive attention whose training draws one place a step from the alignment.

    As in the paper, a row is left soft for all its steps with probability `soft_share`: it gets the expected value,
    through which the gradient flows. For the other rows the gradient of the scores comes from `Reinforce`, which
    needs the log-probabilities and entropies of the draws. `attend` and `call` leave them as `log_probability` and
    `entropy` [B, T], to be read before the layer is called again; a loop around `step` reads them off each state with
    `sampled`. Inside an `ExampleRandomness` scope the draws belong to the example.

    Args:
        units: U, of the hidden layer.
        use_bias: whether the hidden layer has a bias.
        soft_share: how many rows stay soft in training; 0.5 in the paper.
        inference: outside training, look at the `likeliest` place, or take the `expected` value as soft attention.
        **kwargs: what every Keras layer takes.

    Raises:
        UsageError: for another kind of inference, or a share that is none.
    """

    stateless = False

    def __init__(
        self,
        units: int = 128,
        use_bias: bool = False,
        soft_share: float = 0.5,
        inference: str = "likeliest",
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(units, use_bias=use_bias, **kwargs)
        if inference not in INFERENCE:
            self._refuse(f"unknown inference '{inference}'{did_you_mean(inference, INFERENCE)}")
        if not 0 <= soft_share <= 1:
            self._refuse(f"soft_share is {soft_share}; it should be between 0 and 1")
        self.soft_share = soft_share
        self.inference = inference
        self.seeds = keras.random.SeedGenerator()
        self.log_probability: Tensor | None = None
        self.entropy: Tensor | None = None

    def start(self, prepared: Prepared) -> list[Tensor]:
        """Give the rows' random streams [B, 2], and zeros [B, 2] for what `sampled` reads."""
        rows = ops.shape(prepared["mask"])[0]
        return [unseeded(rows), ops.zeros((rows, 2), dtype=self.alignment_dtype)]

    def step(
        self, query: Tensor, prepared: Prepared, state: Sequence[Tensor], training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Answer one query a row (see `Attention.step`)."""
        self._check(query, 2, "query", "[batch, features]")
        alignments, terms, streams = self._look(ops.expand_dims(query, 1), prepared, state[0], training)
        return self.read(alignments, prepared)[:, 0], alignments[:, 0], [streams, terms[:, 0]]

    def attend(
        self, queries: Tensor, prepared: Prepared, training: bool = False, state: Sequence[Tensor] | None = None
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Answer all queries at once: what was drawn before does not matter (see `Attention.attend`)."""
        self._check(queries, 3, "queries", "[batch, time, features]")
        streams = (self.start(prepared) if state is None else state)[0]
        alignments, terms, streams = self._look(queries, prepared, streams, training)
        self.log_probability, self.entropy = terms[:, :, 0], terms[:, :, 1]
        return self.read(alignments, prepared), alignments, [streams, terms[:, -1]]

    def sampled(self, state: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Read off a state what the last step came to, for `Reinforce`.

        Args:
            state: what `step` gave.

        Returns:
            The log-probability of the place that was looked at [B] (0 where the row is soft), and the entropy of the
            alignment that it was drawn from [B]; both in nats.
        """
        return state[1][:, 0], state[1][:, 1]

    def _look(
        self, queries: Tensor, prepared: Prepared, streams: Tensor, training: bool
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Give the alignments [B, T, S], their log-probabilities and entropies [B, T, 2], and the streams."""
        mask = prepared["mask"][:, None]  # [B, 1, S]
        soft = masked_softmax(self.scores(queries, prepared), mask)  # [B, T, S]
        if training:
            streams = seeded(streams, self.seeds)
            steps = ops.shape(queries)[1]
            # The first number of a stream says whether the row is soft.
            hard = _draw(soft, ops.cast(row_numbers(streams, steps, 1, skip=1), soft.dtype)) * mask
            stays = ops.cast(row_number(streams), soft.dtype) < self.soft_share  # [B, 1, 1]
            streams = advanced(streams, steps)
        else:
            hard = _one_hot(ops.argmax(soft, axis=-1), soft) * mask
            stays = ops.full((1, 1, 1), self.inference == "expected", dtype="bool")
        hard = ops.stop_gradient(hard)
        logarithm = ops.log(ops.maximum(soft, SMALLEST))
        chosen = ops.where(stays[:, :, 0], 0.0, ops.sum(hard * logarithm, axis=-1))  # [B, T]
        terms = ops.stack([chosen, -ops.sum(soft * logarithm, axis=-1)], axis=-1)  # [B, T, 2]
        return ops.where(stays, soft, hard), terms, streams

    def get_config(self) -> Config:
        """Return the arguments that make this mechanism again."""
        return {**super().get_config(), "soft_share": self.soft_share, "inference": self.inference}


def _draw(probabilities: Tensor, numbers: Tensor) -> Tensor:
    """Draw one place of each [B, T, S] by a number [B, T, 1] between 0 and 1, as one-hot vectors."""
    reached = ops.cumsum(probabilities, axis=-1)  # [B, T, S]
    # A little less than the whole, so that rounding in the sum cannot carry the number past the last place.
    wanted = numbers * (1 - 1e-6) * reached[:, :, -1:]
    # Places of probability 0 are never the first beyond the number.
    beyond = ops.logical_and(reached > wanted, probabilities > 0)
    return _one_hot(ops.argmax(ops.cast(beyond, "int32"), axis=-1), probabilities)


def _one_hot(places: Tensor, like: Tensor) -> Tensor:
    """Turn places [B, T] into one-hot vectors of the shape [B, T, S] and type of another tensor."""
    numbers = ops.arange(ops.shape(like)[-1], dtype="int32")
    return ops.cast(ops.equal(ops.cast(places, "int32")[:, :, None], numbers), like.dtype)
