"""Which tokens a sampler chooses among: top-k, top-p, min-p and typical sampling.

Each takes log-probabilities `[..., V]` and sets to -inf what it leaves out; tokens of equal probability stay or go
together, and the likeliest always stays. None of them sorts: a threshold is found by bisection, which for thousands of
tokens takes XLA a twentieth of the time on a CPU.
"""

from __future__ import annotations

from zoo.backend.array_namespace import array_namespace
from zoo.backend.types import Tensor

BISECTIONS = 32
"""Halvings of an interval; after them its ends are neighbours as float32 numbers go."""
REACH = 100.0
"""How far below the largest log-probability differences still count; e^-100 is nothing."""


def top_k(scores: Tensor, count: Tensor) -> Tensor:
    """Keep the likeliest `count` tokens (Fan et al. 2018, arXiv:1805.04833)."""
    ops = array_namespace(scores)
    return _keep(scores, _heaviest(scores, ops.ones_like(scores), count))


def top_p(scores: Tensor, mass: Tensor) -> Tensor:
    """Keep the fewest likeliest tokens with the probability `mass` (Holtzman et al. 2020, arXiv:1904.09751)."""
    ops = array_namespace(scores)
    return _keep(scores, ops.logical_or(mass >= 1, _heaviest(scores, ops.softmax(scores), mass)))


def min_p(scores: Tensor, share: Tensor) -> Tensor:
    """Keep tokens with at least this share of the largest probability (Nguyen et al. 2024, arXiv:2407.01082)."""
    ops = array_namespace(scores)
    return _keep(scores, scores >= ops.max(scores, axis=-1, keepdims=True) + ops.log(share))


def typical(scores: Tensor, mass: Tensor) -> Tensor:
    """Keep the most typical tokens, with the probability `mass` together (Meister et al. 2023, arXiv:2202.00666).

    A token is typical when its surprise is near the expected one, the entropy. Unlike the others, this one may leave
    out the likeliest token.
    """
    ops = array_namespace(scores)
    logs = ops.log_softmax(scores)
    chances = ops.exp(logs)
    entropy = -ops.sum(chances * ops.where(_possible(logs), logs, 0.0), axis=-1, keepdims=True)
    closeness = ops.where(_possible(logs), -ops.abs(logs + entropy), -float("inf"))
    return _keep(scores, ops.logical_or(mass >= 1, _heaviest(closeness, chances, mass)))


def _heaviest(keys: Tensor, weights: Tensor, amount: Tensor) -> Tensor:
    """Find the smallest set of largest keys whose weights come to an amount.

    Args:
        keys: `[..., V]`; -inf never belongs to the set.
        weights: `[..., V]`, none negative.
        amount: what the weights of the set come to at least; all keys, where they do not.

    Returns:
        bool `[..., V]`.
    """
    ops, possible = array_namespace(keys), _possible(keys)
    weights = ops.where(possible, weights, 0.0)
    highest = ops.max(keys, axis=-1, keepdims=True)
    keys = ops.maximum(keys, highest - REACH)
    lowest = ops.min(keys, axis=-1, keepdims=True)

    def halve(time: Tensor, low: Tensor, high: Tensor) -> Tensor:
        middle = (low + high) / 2
        enough = ops.sum(ops.where(keys >= middle, weights, 0.0), axis=-1, keepdims=True) >= amount
        return time + 1, ops.where(enough, middle, low), ops.where(enough, high, middle)

    start = (ops.convert_to_tensor(0, dtype="int32"), lowest, highest)
    _, low, high = ops.while_loop(lambda time, *_: ops.less(time, BISECTIONS), halve, start)
    alone = ops.sum(ops.where(keys >= high, weights, 0.0), axis=-1, keepdims=True) >= amount
    return ops.logical_and(possible, keys >= ops.where(alone, high, low))


def _possible(scores: Tensor) -> Tensor:
    return scores > -float("inf")


def _keep(scores: Tensor, kept: Tensor) -> Tensor:
    return array_namespace(scores).where(kept, scores, -float("inf"))
