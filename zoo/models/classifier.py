"""A classifier: a sequence of tokens in, one label out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import keras

from zoo.backend.types import Config, Shape, Tensor
from zoo.layers import Dropout
from zoo.layers.options import ModelOptions
from zoo.models.encoder import Encoder
from zoo.models.exporting import Exportable
from zoo.models.pooling import Pooling


@keras.saving.register_keras_serializable(package="zoo")
class Classifier(Exportable, keras.Model):
    """Encodes a text, pools the states, and classifies it.

    Args:
        encoder: reads the tokens.
        classes: C, the number of labels.
        pooling: `last`, `mean`, `max`, `attention` or `concat` (see `Pooling`).
        dropout: share of the pooled vector that is dropped while training.

    Raises:
        UsageError: an unknown pooling.
    """

    def __init__(
        self,
        encoder: Encoder,
        classes: int,
        pooling: str = "last",
        dropout: float = 0.0,
        name: str = "classifier",
        **keywords: Unpack[ModelOptions],
    ) -> None:
        super().__init__(name=name, **{**keywords, "autocast": False})
        self.supports_masking = True
        self.encoder, self.classes = encoder, classes
        self.pooling = Pooling(pooling, name="pooling")
        self.dropout = Dropout(dropout, name="dropout")
        self.logits = keras.layers.Dense(classes, name="logits")

    def build(self, input_shape: Shape | None = None) -> None:
        """Make all weights; the number of tokens does not matter."""
        del input_shape
        if not self.encoder.built:
            self.encoder.build()
        self.pooling.build((None, None, self.encoder.output_size))
        self.logits.build((None, self.pooling.width(self.encoder.output_size)))
        self.built = True

    def call(self, source: Tensor, mask: Tensor | None = None, training: bool = False) -> Tensor:
        """Classify.

        Args:
            source: int `[B, S]`.
            mask: bool `[B, S]`, False at padding; None for none.
            training: whether dropout is on.

        Returns:
            Logits `[B, C]`.
        """
        return self.explain(source, mask, training)[0]

    def explain(self, source: Tensor, mask: Tensor | None = None, training: bool = False) -> tuple[Tensor, Tensor]:
        """Classify, and return the weight of each position.

        Returns:
            Logits `[B, C]`, and float32 `[B, S]` that sum to 1 over a row with pooling by mean or attention; zeros
            with another pooling.
        """
        read = self.encoder(source, mask=mask, training=training)
        pooled, weights = self.pooling(read["memory"], read["mask"], read["summary"])
        return self.logits(self.dropout(pooled, training=training)), weights

    def get_config(self) -> Config:
        """Give the arguments that make this model again."""
        return {
            "name": self.name,
            "dtype": keras.saving.serialize_keras_object(self.dtype_policy),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "classes": self.classes,
            "pooling": self.pooling.how,
            "dropout": self.dropout.rate,
        }

    @classmethod
    def from_config(cls, config: Config, custom_objects: Mapping[str, object] | None = None) -> Classifier:
        """Make a model from what `get_config` returned."""
        encoder = keras.saving.deserialize_keras_object(config["encoder"], custom_objects=custom_objects)
        return cls(**{**config, "encoder": encoder})

    def get_build_config(self) -> Config:
        """Say that it is to be built; the weights' shapes depend on no input."""
        return {"built": True}

    def build_from_config(self, config: Config) -> None:
        """Make all weights."""
        del config
        self.build()
