"""Sparsemax instead of softmax: attention and sampling that set most probabilities to exactly zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import keras
from keras import ops

import zoo
from zoo.layers import GeneralAttention
from zoo.search import Greedy, Sample, StepContext, Strategy

ZOO_API = 1
HALVINGS = 24  # of an interval of length 1: its ends are then neighbours as float32 numbers go


def sparsemax(scores):
    """Find the nearest point of the probability simplex (Martins and Astudillo 2016, arXiv:1602.02068).

    It is `max(scores - t, 0)` with the one threshold t for which this sums to 1. Nothing is sorted: t is found by
    bisection, and then exactly, as a function of the scores above it, which gives the exact gradient.

    Args:
        scores: float `[..., N]`; -inf is never chosen, where anything else can be.

    Returns:
        Float `[..., N]`: sums to 1, and is 0 at all scores that are 1 or more below the largest.
    """
    scores = ops.maximum(scores, -1e30)
    # Differences from the largest, as a sum of large scores would lose what tells them apart.
    scores = scores - ops.stop_gradient(ops.max(scores, axis=-1, keepdims=True))
    fixed = ops.stop_gradient(scores)
    high = ops.zeros_like(fixed[..., :1])  # [..., 1]
    low = high - 1
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = ops.sum(ops.relu(fixed - middle), axis=-1, keepdims=True) >= 1
        low, high = ops.where(enough, middle, low), ops.where(enough, high, middle)
    chosen = ops.cast(fixed > low, scores.dtype)  # [..., N]
    threshold = (ops.sum(chosen * scores, axis=-1, keepdims=True) - 1) / ops.sum(chosen, axis=-1, keepdims=True)
    return ops.relu(scores - threshold) * chosen


@keras.saving.register_keras_serializable(package="zoo_sparse")
class SparseAttention(GeneralAttention):
    """General attention (Luong et al. 2015) that attends to a few positions only: sparsemax instead of softmax."""

    def attend(self, queries, prepared, training=False, state=None):
        """See `Attention.attend`: queries [B, T, Q] to contexts [B, T, D], alignments [B, T, S] and no state."""
        queries = ops.cast(queries, self.compute_dtype)
        present = prepared["mask"][:, None]  # [B, 1, S]
        scores = ops.cast(self.scores(queries, prepared), present.dtype)  # [B, T, S]
        alignments = sparsemax(ops.where(present > 0, scores, -1e30)) * present
        return self.read(alignments, prepared), alignments, []


@dataclass(frozen=True)
class SparseSample(Strategy):
    """Draws each token from the sparsemax of the log-probabilities, so that only a few likely ones are ever drawn.

    Args:
        temperature: log-probabilities are divided by it: what is this many nats below the likeliest token, or more, is
            never drawn; 0 takes the likeliest.
    """

    temperature: float = 1.0
    tensors: ClassVar[tuple[str, ...]] = ("temperature",)

    def choose(self, context: StepContext):
        """See `Strategy.choose`."""
        if not self.on("temperature"):
            return Greedy().choose(context)
        chances = sparsemax(context.scores / self.temperature)  # [B, 1, V]
        kept = ops.logical_and(chances > 0, context.scores > -float("inf"))
        scores = ops.where(kept, ops.log(ops.where(kept, chances, 1.0)), -float("inf"))
        return Sample().bind({"temperature": 1.0}).choose(context._replace(scores=scores))


@zoo.hookimpl
def zoo_attentions():
    """Give the attention, for `model.attention=sparse`."""
    return {"sparse": SparseAttention}


@zoo.hookimpl
def zoo_strategies():
    """Give the strategy, for `search.strategy=sparse`."""
    return {"sparse": SparseSample}
