"""The optimiser step of JAX, as a pure function of the values of all variables."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from zoo.backend.types import Tensor
from zoo.training.engines.update_rule import (
    average_rate,
    gradient_factor,
    gradient_norm,
    has_decay,
    rate_of_each,
)

Values = list[Tensor]


def update(
    optimizer: keras.optimizers.Optimizer,
    variables: Sequence[keras.Variable],
    weights: Values,
    state: Values,
    averages: Values,
    gradients: Values,
    weight: Tensor,
    rate: Tensor,
    clip: float,
    decay: float,
) -> tuple[Values, Values, Values, Tensor]:
    """Normalise, clip and apply gradients.

    Args:
        optimizer: built for the variables.
        variables: trainable ones of the model.
        weights: their values.
        state: values of the optimizer's variables.
        averages: values of the moving averages; may be empty.
        gradients: one per variable, of the summed loss.
        weight: global weight of the loss.
        rate: learning rate; or of each variable, [variables].
        clip: global norm to clip to; 0 for no clipping.
        decay: of the moving average.

    Returns:
        New weights, state and averages, and the global norm of the normalised gradient before clipping.
    """
    factor, norm = gradient_factor(gradient_norm(gradients, rate), weight, clip)
    mapping = [*zip(variables, weights, strict=True), *zip(optimizer.variables, state, strict=True)]
    with keras.StatelessScope(state_mapping=mapping) as scope:
        for variable, gradient, own in zip(variables, gradients, rate_of_each(rate, len(variables)), strict=True):
            if has_decay(optimizer, variable):
                variable.assign(variable.value * (1.0 - optimizer.weight_decay * own))
            optimizer.update_step(gradient * factor, variable, own)
        share = average_rate(decay, optimizer.iterations.value)
        optimizer.iterations.assign(optimizer.iterations.value + 1)
    weights = current_values(scope, variables, weights)
    state = current_values(scope, optimizer.variables, state)
    averages = [average + (now - average) * share for average, now in zip(averages, weights, strict=False)]
    return weights, state, averages, norm


def current_values(
    scope: keras.StatelessScope, variables: Sequence[keras.Variable], values: Sequence[Tensor]
) -> Values:
    """Return the values of variables at the end of a scope that they entered with `values`."""
    found = [scope.get_current_value(variable) for variable in variables]
    return [value if new is None else new for new, value in zip(found, values, strict=True)]
