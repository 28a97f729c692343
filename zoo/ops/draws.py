"""Records what layers sample while a model runs, so that the topology can reward them afterwards."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token

from keras import ops

from zoo.backend.types import Tensor
from zoo.ops.masking import weighted_sum

Learn = Callable[[Tensor, Tensor], Tensor]
"""Called with the reward of each row [B] and how much the row counts [B]; returns a loss, the sum over the batch."""

_active: ContextVar[Draws | None] = ContextVar("draws", default=None)


class Draws:
    """A scope that a topology puts around its model, in which layers that draw something leave how they learn from it.

    The reward of a row is its mean log-likelihood, so that a moving baseline serves rows of all lengths; what comes of
    it is multiplied by the row's weight, so that its gradient is that of the sum of losses.

    Example:
        >>> with Draws() as draws:
        ...     logits = model(source, training=True)
        >>> if draws:
        ...     objective = loss + draws.loss(losses, weights)
    """

    def __init__(self) -> None:
        self._learn: list[Learn] = []
        self._tokens: list[Token] = []

    def __enter__(self) -> Draws:
        self._tokens.append(_active.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        _active.reset(self._tokens.pop())

    def __bool__(self) -> bool:
        return bool(self._learn)

    def add(self, learn: Learn) -> None:
        """Leave how a layer learns from what it drew in this pass; mostly a call of its `zoo.layers.Reinforce`.

        Args:
            learn: a function of rewards and weights, each [B], that gives a loss.
        """
        self._learn.append(learn)

    def loss(self, losses: Tensor, weights: Tensor) -> Tensor:
        """Tell the layers how well the rows came out.

        Args:
            losses: [B, ...], negative log-likelihoods, in nats.
            weights: how much each counts, of the same shape.

        Returns:
            The sum over the batch, to be added to the sum of losses.
        """
        axes = tuple(range(1, len(losses.shape)))
        counts, total = ops.sum(weights, axis=axes), weighted_sum(losses, weights, axes)  # [B], [B]
        rewards = -ops.stop_gradient(total) / ops.maximum(counts, 1e-6)  # [B]
        return sum(learn(rewards, counts) for learn in self._learn)


def active_draws() -> Draws | None:
    """Return the scope that the caller runs in, or None."""
    return _active.get()
