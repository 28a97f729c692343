"""An image of a fixed size read as a sequence: row by row, or pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from zoo.layers import Dropout, Stack, Tensor


class Scan(keras.Model):
    """A recurrent network that reads an image in order, from its upper left corner, and then classifies it.

    Args:
        classes: how many labels.
        shape: (height, width, channels) of the images.
        by: `rows` or `pixels`.
        permuted: whether pixels come in a fixed order that is left to chance (Le et al. 2015, arXiv:1504.00941).
        seed: of that order.
        cell: factory of the recurrent cell, or its name (see `zoo.layers.Stack`).
        units: of the state.
        layers: recurrent layers.
        dropout: share of the last state that is dropped while training.
    """

    def __init__(
        self,
        classes: int,
        shape: tuple[int, int, int],
        by: str = "rows",
        permuted: bool = False,
        seed: int = 0,
        cell: str | Callable[..., keras.Layer] = "lstm",
        units: int = 128,
        layers: int = 1,
        dropout: float = 0.0,
        **keywords: object,
    ) -> None:
        super().__init__(name=by, **{**keywords, "autocast": False})
        height, width, channels = shape
        self.steps = (height, width * channels) if by == "rows" else (height * width, channels)
        self.order = np.random.default_rng(seed).permutation(height * width) if permuted else None
        self.stack = Stack(cell, layers=layers, units=units, name="stack")
        self.dropout = Dropout(dropout, name="dropout")
        self.label = keras.layers.Dense(classes, name="label")
        self.stack.build((None, *self.steps))
        self.label.build((None, units))
        self.built = True

    def call(self, source: Tensor, training: bool = False) -> Tensor:
        """Classify images [B, height, width, C], values from 0 to 255, by logits [B, classes]."""
        sequence = ops.reshape(ops.cast(source, self.compute_dtype) / 255, (-1, *self.steps))  # [B, S, D]
        if self.order is not None:
            sequence = ops.take(sequence, self.order, axis=1)
        outputs, _ = self.stack(sequence, training=training)  # [B, S, U]
        return self.label(self.dropout(outputs[:, -1], training=training))
