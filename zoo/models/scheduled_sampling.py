"""Scheduled sampling (Bengio et al. 2015, arXiv:1506.03099): training that sometimes hears its own mistakes."""

from __future__ import annotations

import keras
from keras import ops

from zoo.backend.types import Nest, Tensor
from zoo.layers import Vocabulary, example_randomness


class ScheduledSampling:
    """Feeds a decoder, at random steps, with the token that it holds likeliest itself instead of the true one.

    Whether it does is drawn for every row and step (inside an `ExampleRandomness` scope by example); no gradient flows
    through the choice.

    Args:
        vocabulary: embeds and scores tokens.
        tokens: int [B, T], the true ones; the first of a row is always taken.
        masks: [B, T, E], what the tokens' vectors are multiplied with: their dropout, or ones.
        rate: the share of the steps that hear the decoder's own token: a number or a tensor of rank 0.
        seeds: for use outside a scope.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        tokens: Tensor,
        masks: Tensor,
        rate: float | Tensor,
        seeds: keras.random.SeedGenerator | None,
    ) -> None:
        rows, steps = ops.shape(tokens)[0], ops.shape(tokens)[1]
        scope = example_randomness()
        if scope is None:
            drawn = keras.random.uniform((rows, steps), dtype="float32", seed=seeds)
        else:
            drawn = scope.uniform(rows, steps)
        later = ops.arange(steps) > 0
        own = ops.logical_and(drawn < ops.cast(rate, "float32"), later)  # [B, T]
        self._vocabulary = vocabulary
        self.sequences = {
            "tokens": ops.transpose(tokens),
            "own": ops.transpose(own),
            "masks": ops.transpose(masks, (1, 0, 2)),
        }

    def __call__(self, slices: Nest, vector: Tensor) -> Tensor:
        """Give the vectors of the tokens to read, [B, E]; see `zoo.layers.Feedback`."""
        likeliest = ops.argmax(ops.stop_gradient(self._vocabulary(vector)), axis=-1)  # [B]
        tokens = ops.where(slices["own"], ops.cast(likeliest, slices["tokens"].dtype), slices["tokens"])
        return self._vocabulary.embed(tokens) * slices["masks"]
