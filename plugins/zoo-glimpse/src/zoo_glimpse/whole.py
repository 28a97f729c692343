"""The whole image at once: no recurrence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import keras
from keras import ops

from zoo.layers import Dropout, Tensor
from zoo.models import ImageEncoder


class Whole(keras.Model):
    """Two hidden layers over all pixels, or a small residual network and one hidden layer.

    Args:
        classes: how many labels.
        shape: (height, width, channels) of the images.
        network: `dense` or `convolution`.
        filters: channels of each stage of the convolution; each halves height and width.
        units: of a hidden layer.
        dropout: share of the last hidden layer that is dropped while training.
    """

    def __init__(
        self,
        classes: int,
        shape: tuple[int, int, int],
        network: str = "dense",
        filters: Sequence[int] = (16, 32),
        units: int = 256,
        dropout: float = 0.0,
        **keywords: object,
    ) -> None:
        super().__init__(name="whole", **{**keywords, "autocast": False})
        self.encoder = ImageEncoder(tuple(filters), name="encoder") if network == "convolution" else None
        widths = [units] if self.encoder else [units, units]
        self.hidden = [
            keras.layers.Dense(width, activation="relu", name=f"hidden_{number}") for number, width in enumerate(widths)
        ]
        self.dropout = Dropout(dropout, name="dropout")
        self.label = keras.layers.Dense(classes, name="label")
        seen: Sequence[int] = shape
        if self.encoder is not None:
            self.encoder.build((None, *shape))
            seen = cast("tuple[int, ...]", self.encoder.compute_output_shape((None, *shape))[1:])
        self.features = math.prod(seen)
        for layer, size in zip([*self.hidden, self.label], [self.features, *widths], strict=True):
            layer.build((None, size))
        self.built = True

    def call(self, source: Tensor, training: bool = False) -> Tensor:
        """Classify images [B, height, width, C], values from 0 to 255, by logits [B, classes]."""
        seen = ops.cast(source, self.compute_dtype) / 255 if self.encoder is None else self.encoder(source)
        features = ops.reshape(seen, (-1, self.features))
        for layer in self.hidden:
            features = layer(features)
        return self.label(self.dropout(features, training=training))
