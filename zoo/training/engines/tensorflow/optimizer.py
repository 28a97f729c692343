"""Adam's rule as one fused kernel of TensorFlow, on one copy of the variables, which the others then share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

Tensor = Any
"""tf.Tensor, whose stubs mypy does not see."""

Unpack = Callable[[Any], Sequence[Any]]
"""Gives the copies of a variable, or the values of a tensor, on all replicas; the first replica's first."""


def is_fused(optimizer: keras.optimizers.Optimizer) -> bool:
    """Say whether an optimizer's rule is that of the kernel: Adam, or AdamW, whose decay the engine does."""
    return type(optimizer) in (keras.optimizers.Adam, keras.optimizers.AdamW) and not optimizer.amsgrad


def fused_update(
    optimizer: Any, variables: Sequence[Any], gradients: Sequence[Any], rate: Tensor, unpack: Unpack
) -> None:
    """Update the first copy of every variable, and let the others hold the same values.

    The rule of Keras, element by element, costs a dozen passes over memory a copy, and all copies would do the same
    work. Nobody reads the momentums of the other copies: they are not kept up.

    Args:
        optimizer: built for the variables; `is_fused` says yes to it.
        variables: of Keras.
        gradients: one a variable, the same on every replica.
        rate: the learning rate.
        unpack: see `Unpack`.
    """
    count = tf.cast(unpack(optimizer.iterations.value)[0] + 1, tf.float32)
    powers = [tf.pow(tf.constant(beta, tf.float32), count) for beta in (optimizer.beta_1, optimizer.beta_2)]
    moments = zip(optimizer._momentums, optimizer._velocities, strict=True)
    for variable, gradient, pair in zip(variables, gradients, moments, strict=True):
        first, *others = unpack(variable.value)
        momentum, velocity = (unpack(moment.value)[0] for moment in pair)
        with tf.device(first.device):
            if optimizer.weight_decay and variable.shape.rank > 1:
                # Decoupled decay, of matrices only (Loshchilov and Hutter 2019, arXiv:1711.05101).
                first.assign_sub(first * optimizer.weight_decay * rate)
            tf.raw_ops.ResourceApplyAdam(
                var=first.handle,
                m=momentum.handle,
                v=velocity.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=rate,
                beta1=optimizer.beta_1,
                beta2=optimizer.beta_2,
                epsilon=optimizer.epsilon,
                grad=unpack(gradient)[0],
            )
            value = first.read_value()
        for other in others:
            with tf.device(other.device):
                other.assign(value)
