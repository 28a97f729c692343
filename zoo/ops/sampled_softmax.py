"""A sample of a vocabulary whose tokens are numbered by frequency, for a softmax over a part of it."""

from __future__ import annotations

import math

import keras
from keras import ops

from zoo import backend
from zoo.backend.types import Tensor
from zoo.ops.randomness import example_randomness


def draw_by_rank(count: int, size: int) -> Tensor:
    """Draw tokens by Zipf's law, the same ones for all rows and replicas of a step.

    Args:
        count: K, how many; some may be equal.
        size: V, of the vocabulary, the most frequent token first.

    Returns:
        int32 [K].
    """
    scope = example_randomness()
    if scope is None:
        uniform = keras.random.uniform((count,))  # [K]
    else:
        uniform = backend.active().uniform(scope.key, scope.reserve(), 0, 1, count)[0]  # [K]
    ranks = ops.floor(ops.exp(uniform * math.log(size + 1.0))) - 1.0
    return ops.cast(ops.clip(ranks, 0, size - 1), "int32")


def log_probability_of_rank(tokens: Tensor, size: int) -> Tensor:
    """Return the logarithm of the probability with which `draw_by_rank` draws tokens.

    Args:
        tokens: int [...].
        size: V, of the vocabulary.
    """
    ranks = ops.cast(tokens, "float32")
    return ops.log(ops.log((ranks + 2.0) / (ranks + 1.0)) / math.log(size + 1.0))


def sampled_cross_entropy(hidden: Tensor, target: Tensor, kernel: Tensor, bias: Tensor, count: int) -> Tensor:
    """Estimate the cross entropy of a softmax over a large vocabulary by importance sampling.

    Each drawn token stands for its share of the vocabulary, the right token for itself (Jean et al. 2015,
    arXiv:1412.2007).

    Args:
        hidden: float [N, U].
        target: int [N], the right tokens.
        kernel: [V, U], the vector of each token.
        bias: [V].
        count: K, how many tokens to draw.

    Returns:
        Losses [N] in nats, float32.
    """
    size = kernel.shape[0]
    hidden, drawn = ops.cast(hidden, "float32"), draw_by_rank(count, size)
    own = ops.sum(hidden * ops.take(kernel, target, axis=0), axis=-1) + ops.take(bias, target)  # [N]
    others = ops.matmul(hidden, ops.transpose(ops.take(kernel, drawn, axis=0))) + ops.take(bias, drawn)  # [N, K]
    others = others - (log_probability_of_rank(drawn, size) + math.log(count))
    others = ops.where(ops.equal(target[:, None], drawn[None]), -1e9, others)
    return ops.logsumexp(ops.concatenate([own[:, None], others], axis=-1), axis=-1) - own
