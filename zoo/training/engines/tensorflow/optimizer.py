"""The optimiser step of TensorFlow: on every replica's copy of the variables, or as one fused kernel of Adam."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import keras
import tensorflow as tf

from zoo.backend.types import Tensor
from zoo.training.engines.update_rule import average_rate, has_decay, rate_of_each

Unpack: TypeAlias = Callable[[Tensor], Sequence[Tensor]]
"""Returns the copies of a variable, or the values of a tensor, on all replicas, the first replica's first."""


def update(
    strategy: tf.distribute.Strategy,
    optimizer: keras.optimizers.Optimizer,
    variables: Sequence[keras.Variable],
    averages: Sequence[keras.Variable],
    gradients: Sequence[Tensor],
    rate: Tensor,
    decay: float,
    fuse: bool,
) -> None:
    """Update every replica's copy of the variables and of their moving averages.

    `optimizer.apply` would add up gradients over the replicas again; they are added up already, because clipping by the
    global norm needs the global gradient.

    Args:
        strategy: over the replicas, in cross-replica context.
        optimizer: built for the variables.
        variables: trainable ones of the model.
        averages: one per variable, or none at all.
        gradients: one per variable, the same on every replica.
        rate: learning rate; or of each variable, [variables].
        decay: of the moving average.
        fuse: whether to use the fused kernel where it has the optimizer's rule.
    """
    extended = strategy.extended
    if fuse and is_fused(optimizer):
        fused_update(optimizer, variables, gradients, rate, strategy.experimental_local_results)
    else:

        def step(variable: Tensor, gradient: Tensor, learning_rate: Tensor) -> None:
            if has_decay(optimizer, variable):
                variable.assign_sub(variable * optimizer.weight_decay * learning_rate)
            optimizer.update_step(gradient, variable, learning_rate)

        for variable, gradient, own in zip(variables, gradients, rate_of_each(rate, len(variables)), strict=True):
            extended.update(variable.value, step, args=(gradient, own), group=False)
    if averages:

        def move(average: Tensor, value: Tensor, share: Tensor) -> None:
            average.assign_add((value - average) * share)

        share = average_rate(decay, optimizer.iterations.value)
        for average, variable in zip(averages, variables, strict=True):
            extended.update(average.value, move, args=(variable.value, share), group=False)
    extended.update(optimizer.iterations.value, lambda count: count.assign_add(1), group=False)


def is_fused(optimizer: keras.optimizers.Optimizer) -> bool:
    """Say whether the kernel has an optimizer's rule: Adam, or AdamW, whose decay `fused_update` applies itself."""
    return type(optimizer) in (keras.optimizers.Adam, keras.optimizers.AdamW) and not optimizer.amsgrad


def fused_update(
    optimizer: keras.optimizers.Adam,
    variables: Sequence[keras.Variable],
    gradients: Sequence[Tensor],
    rate: Tensor,
    unpack: Unpack,
) -> None:
    """Update the first copy of every variable by Adam's fused kernel, and copy the values to the other replicas.

    The rule of Keras, element by element, costs a dozen passes over memory per copy, and every copy would do the same
    work. The momentums of the other copies are never read, and not kept up to date.

    Args:
        optimizer: built for the variables; `is_fused(optimizer)` holds.
        variables: trainable ones of the model.
        gradients: one per variable, the same on every replica.
        rate: learning rate; or of each variable, [variables].
        unpack: see `Unpack`.
    """
    count = tf.cast(unpack(optimizer.iterations.value)[0] + 1, tf.float32)
    powers = [tf.pow(tf.constant(beta, tf.float32), count) for beta in (optimizer.beta_1, optimizer.beta_2)]
    moments = zip(optimizer._momentums, optimizer._velocities, strict=True)
    rates = rate_of_each(rate, len(variables))
    for variable, gradient, pair, own in zip(variables, gradients, moments, rates, strict=True):
        first, *others = unpack(variable.value)
        momentum, velocity = (unpack(moment.value)[0] for moment in pair)
        with tf.device(first.device):
            if has_decay(optimizer, variable):
                first.assign_sub(first * optimizer.weight_decay * own)
            tf.raw_ops.ResourceApplyAdam(
                var=first.handle,
                m=momentum.handle,
                v=velocity.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=own,
                beta1=optimizer.beta_1,
                beta2=optimizer.beta_2,
                epsilon=optimizer.epsilon,
                grad=unpack(gradient)[0],
            )
            value = first.read_value()
        for other in others:
            with tf.device(other.device):
                other.assign(value)
