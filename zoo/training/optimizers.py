"""Keras optimizers by name."""

from __future__ import annotations

import keras

from zoo.settings import TrainSettings


def make_optimizer(settings: TrainSettings) -> keras.optimizers.Optimizer:
    """Return the optimizer that the settings name.

    Clipping and averaging belong to the engine, which has the gradient over all replicas; the learning rate belongs to
    the schedule.

    Args:
        settings: of the training.

    Returns:
        A Keras optimizer.
    """
    rate, decay = settings.learning_rate, settings.weight_decay or None
    if settings.optimizer == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay)
    if settings.optimizer == "rmsprop":
        # The smoothing of Karpathy's char-rnn.
        return keras.optimizers.RMSprop(rate, rho=0.95, momentum=settings.momentum, weight_decay=decay)
    if settings.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=settings.momentum, weight_decay=decay)
    return keras.optimizers.Adam(rate, weight_decay=decay)
