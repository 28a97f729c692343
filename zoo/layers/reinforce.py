"""REINFORCE (Williams 1992) with a baseline: a loss whose gradient is that of an expected reward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Shape, Tensor
from zoo.layers.options import LayerOptions
from zoo.layers.refusal import refuse
from zoo.ops.assignments import assign
from zoo.ops.masking import weighted_sum, zero_masked


@keras.saving.register_keras_serializable(package="zoo")
class Reinforce(keras.layers.Layer):
    """Turns rewards of whole rows into a surrogate loss for the choices that were drawn on the way.

    The surrogate of Xu et al. 2015 (arXiv:1502.03044): `-(reward - baseline) log p(choices) - entropy_weight H`. The
    baseline is a moving average of the rewards of the batches before; while it is young it is their plain mean. It
    is computed in float32 under every policy, and is the same whatever the number of replicas. A model that says at
    each choice which reward it expects has a baseline of its own instead, which learns by its squared error (Mnih et
    al. 2014, arXiv:1406.6247).

    Args:
        momentum: the part of the baseline that stays, a batch; 0.9 in the paper.
        reward_weight: multiplies the first term.
        entropy_weight: multiplies the entropies; keeps the choices open early in training.
        expected_weight: multiplies the squared errors of what the model expected.
        **kwargs: what every Keras layer takes.

    Example:
        >>> contexts, _ = attention(queries, memory, training=True)
        >>> ...                                             # log_likelihood [B], of each row's answers
        >>> loss += reinforce(log_likelihood, attention.log_probability, attention.entropy, weights, training=True)
    """

    def __init__(
        self,
        momentum: float = 0.9,
        reward_weight: float = 1.0,
        entropy_weight: float = 0.01,
        expected_weight: float = 1.0,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**{**kwargs, "dtype": kwargs.get("dtype") or "float32"})
        self.momentum = momentum
        self.reward_weight = reward_weight
        self.entropy_weight = entropy_weight
        self.expected_weight = expected_weight

    def build(self, rewards_shape: Shape) -> None:
        """Create the baseline."""
        # A replica sees its own rows only. What it saw is added up over the replicas when it is assigned, and moves the
        # baseline at the start of the next step, when every replica reads the same sums.
        self.seen = self.add_weight(shape=(2,), initializer="zeros", trainable=False, aggregation="sum", name="seen")
        self.state = self.add_weight(
            shape=(2,), initializer="zeros", trainable=False, aggregation="only_first_replica", name="baseline"
        )
        self.built = True

    def call(
        self,
        rewards: Tensor,
        log_probability: Tensor,
        entropy: Tensor,
        weights: Tensor | None = None,
        training: bool = False,
        expected: Tensor | None = None,
    ) -> Tensor:
        """Compute the surrogate; in training, move the baseline.

        Args:
            rewards: [B], such as the log-likelihood of each row; no gradient goes through them.
            log_probability: of the choices [B, T].
            entropy: of what they were drawn from [B, T].
            weights: of the choices [B, T], 0 at those that do not count; None for all 1. A row without any that
                counts does not move the baseline.
            training: whether the baseline moves.
            expected: of the reward, by the model, before each choice [B, T]: the baseline in place of the moving one,
                which then stays as it is. The gradient of its squared error goes through it, and no other.

        Returns:
            The sum over the batch, to be added to a sum of losses.

        Raises:
            UsageError: the shapes do not belong together.
        """
        self._check(
            {"rewards": rewards, "log_probability": log_probability, "entropy": entropy}
            | {"weights": weights, "expected": expected}
        )
        rewards = ops.stop_gradient(rewards)
        weights = ops.ones_like(log_probability) if weights is None else ops.cast(weights, self.compute_dtype)
        # A row without weight has no reward, and a choice without weight is ignored.
        rewards = ops.where(ops.any(weights != 0, axis=1), rewards, 0.0)
        log_probability, entropy = zero_masked(log_probability, weights), zero_masked(entropy, weights)
        if expected is not None:
            expected = zero_masked(expected, weights)
            error = rewards[:, None] - ops.cast(expected, self.compute_dtype)  # [B, T]
            gain = self._gain(ops.stop_gradient(error), log_probability, entropy)  # [B, T]
            return weighted_sum(self.expected_weight * ops.square(error) - gain, weights)
        baseline = self._moved() if training else self.baseline
        gain = self._gain((rewards - baseline)[:, None], log_probability, entropy)  # [B, T]
        if training:
            counts = ops.cast(ops.max(weights, axis=1) > 0, self.compute_dtype)  # [B]
            assign(self.seen, ops.stack([weighted_sum(rewards, counts), ops.sum(counts)]))
        return -weighted_sum(gain, weights)

    def _gain(self, advantage: Tensor, log_probability: Tensor, entropy: Tensor) -> Tensor:
        return self.reward_weight * advantage * log_probability + self.entropy_weight * entropy

    def _check(self, given: Mapping[str, Tensor | None]) -> None:
        """Refuse shapes that would broadcast unintentionally."""
        for name, tensor in given.items():
            wanted = "[batch]" if name == "rewards" else "[batch, steps]"
            if tensor is not None and len(tensor.shape) != 1 + wanted.count(","):
                refuse(f"{self.name}: {name} has shape {tuple(tensor.shape)}; it should be {wanted}")

    @property
    def baseline(self) -> Tensor:
        """The baseline of rewards: 0 before the first batch."""
        return ops.convert_to_tensor(self.state)[0]

    def _moved(self) -> Tensor:
        """Take the batch before into the baseline, and give it."""
        total, rows = ops.unstack(ops.convert_to_tensor(self.seen), 2)
        baseline, batches = ops.unstack(ops.convert_to_tensor(self.state), 2)
        arrived = ops.cast(rows > 0, "float32")
        batches = batches + arrived
        share = arrived * ops.maximum(1 - self.momentum, 1 / ops.maximum(batches, 1.0))
        baseline = baseline + share * (total / ops.maximum(rows, 1.0) - baseline)
        assign(self.state, ops.stack([baseline, batches]))
        return baseline

    def compute_output_shape(self, rewards_shape: Shape, *_: object, **__: object) -> tuple:
        """Return the shape of a sum."""
        return ()

    def get_config(self) -> Config:
        """Return the arguments that make this layer again."""
        config = {"momentum": self.momentum, "reward_weight": self.reward_weight}
        weights = {"entropy_weight": self.entropy_weight, "expected_weight": self.expected_weight}
        return {**super().get_config(), **config, **weights}
