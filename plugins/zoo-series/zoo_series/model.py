"""Recurrent models of recordings: one output for the whole of it, or the steps that follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import keras
from keras import ops

from zoo.layers import Dropout, Stack, Tensor, cell_by_name
from zoo.models import Pooling


class SeriesEncoder(keras.layers.Layer):
    """Reads vectors over time, and pools what it has read.

    Args:
        cell: name of a recurrent cell.
        layers: how many recurrent layers.
        units: U, of each layer and direction.
        bidirectional: whether to read in both directions.
        pooling: as for `zoo.models.Pooling`.
        dropout: share that is dropped in training, of layers' outputs and of the pooled vector.
        cells: further cells, as plugins add them.
    """

    def __init__(
        self,
        cell: str = "gru",
        layers: int = 1,
        units: int = 64,
        bidirectional: bool = True,
        pooling: str = "mean",
        dropout: float = 0.0,
        cells: Mapping[str, Callable[..., keras.Layer]] | None = None,
    ) -> None:
        super().__init__(name="encoder")
        self.supports_masking = True
        factory = cell_by_name(cell, cells or {})
        self.stack = Stack(
            factory, layers=layers, units=units, dropout=dropout, bidirectional=bidirectional, name="recurrent"
        )
        self.units, self.directions = units, 2 if bidirectional else 1
        self.pooling = Pooling(pooling, name="pooling")
        self.dropout = Dropout(dropout, name="dropout")

    @property
    def width(self) -> int:
        """Of the pooled vector."""
        return self.pooling.width(self.directions * self.units)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make all weights.

        Args:
            input_shape: (B, T, D).
        """
        self.stack.build(input_shape)
        self.pooling.build((None, None, self.directions * self.units))
        self.built = True

    def call(self, source: Tensor, mask: Tensor = None, training: bool = False) -> tuple[Tensor, Tensor]:
        """Read and pool.

        Args:
            source: float32 [B, T, D].
            mask: bool [B, T], False at padding, which comes last.
            training: whether dropout is on.

        Returns:
            [B, width], and the weight of each step [B, T] (see `zoo.models.Pooling`).
        """
        memory, _ = self.stack(source, mask=mask, training=training)  # [B, T, directions U]
        if mask is None:
            mask = ops.ones(ops.shape(source)[:2], "bool")
        # Each direction ends elsewhere: forwards at the last step, backwards at the first.
        last = ops.take_along_axis(memory, last_step(mask)[:, None, None], axis=1)[:, 0]  # [B, directions U]
        summary = ops.concatenate([last[:, : self.units], memory[:, 0, self.units :]], axis=-1)
        pooled, weights = self.pooling(memory, mask, summary)
        return self.dropout(pooled, training=training), weights


class SeriesModel(keras.Model):
    """Scores the labels of recordings, or estimates their number.

    Args:
        encoder: reads the recording.
        features: D.
        outputs: number of labels, or 1.
    """

    def __init__(self, encoder: SeriesEncoder, features: int, outputs: int) -> None:
        super().__init__(name="series_model")
        self.supports_masking = True
        self.encoder, self.features = encoder, features
        self.logits = keras.layers.Dense(outputs, name="logits")

    def build(self, input_shape: tuple[int | None, ...] | None = None) -> None:
        """Make all weights."""
        del input_shape
        self.encoder.build((None, None, self.features))
        self.logits.build((None, self.encoder.width))
        self.built = True

    def call(self, source: Tensor, mask: Tensor = None, training: bool = False) -> Tensor:
        """Score: [B, T, D] -> [B, outputs]."""
        pooled, _ = self.encoder(source, mask=mask, training=training)
        return self.logits(pooled)


class Forecaster(keras.Model):
    """Forecasts quantiles of the next steps, as differences from the last one.

    Args:
        encoder: reads what came before.
        features: D.
        steps: K, to forecast.
        quantiles: Q, how many.
    """

    def __init__(self, encoder: SeriesEncoder, features: int, steps: int, quantiles: int) -> None:
        super().__init__(name="forecaster")
        self.supports_masking = True
        self.encoder, self.shape_of = encoder, (steps, features, quantiles)
        self.changes = keras.layers.Dense(
            steps * features * quantiles,
            kernel_initializer=keras.initializers.RandomUniform(-0.01, 0.01),
            name="changes",
        )

    def build(self, input_shape: tuple[int | None, ...] | None = None) -> None:
        """Make all weights."""
        del input_shape
        self.encoder.build((None, None, self.shape_of[1]))
        self.changes.build((None, self.encoder.width))
        self.built = True

    def call(self, source: Tensor, mask: Tensor = None, training: bool = False) -> Tensor:
        """Forecast: [B, T, D] -> [B, K, D, Q]."""
        if mask is None:
            mask = ops.ones(ops.shape(source)[:2], "bool")
        pooled, _ = self.encoder(source, mask=mask, training=training)
        changes = ops.reshape(self.changes(pooled), (-1, *self.shape_of))  # [B, K, D, Q]
        last = ops.take_along_axis(source, last_step(mask)[:, None, None], axis=1)  # [B, 1, D]
        return ops.cast(changes, "float32") + ops.cast(last, "float32")[..., None]


def last_step(mask: Tensor) -> Tensor:
    """Place of the last step that is there: bool [B, T] -> int32 [B]."""
    return ops.maximum(ops.sum(ops.cast(mask, "int32"), axis=1) - 1, 0)
