"""A tagger: a label for every frame of a sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.errors import UsageError
from zoo.layers import CellFactory, Dropout, Stack, cell_by_name
from zoo.layers.options import ModelOptions
from zoo.models.exporting import Exportable
from zoo.models.image_encoder import ImageEncoder
from zoo.ops.masking import zero_masked

AT_ONCE = 512
"""Images that are encoded together where nothing is trained."""


@keras.saving.register_keras_serializable(package="zoo")
class Tagger(Exportable, keras.Model):
    """Reads frames, each a vector or an image, and labels each in the light of its neighbours.

    Args:
        classes: C, the number of labels.
        frame: the shape of a frame: (D,), or (height, width, channels) with values from 0 to 255.
        cell: name of a recurrent cell.
        layers: how many recurrent layers; 0 labels each frame by itself alone.
        units: U, of each layer and direction.
        causal: read forward only: a label depends on no later frame, and the model can `step`.
        dropout: share of the values between layers that is dropped while training.
        filters: channels of the stages of the encoder of an image.
        cells: further cells by name, as plugins add them.

    Raises:
        UsageError: a frame that is neither a vector nor an image; an unknown cell.
    """

    def __init__(
        self,
        classes: int,
        frame: Sequence[int],
        cell: str = "gru",
        layers: int = 1,
        units: int = 64,
        causal: bool = False,
        dropout: float = 0.0,
        filters: Sequence[int] = (16, 32),
        cells: Mapping[str, CellFactory] | None = None,
        name: str = "tagger",
        **keywords: Unpack[ModelOptions],
    ) -> None:
        super().__init__(name=name, **keywords)
        if len(frame) not in (1, 3):
            raise UsageError(
                f"a frame must be a vector or an image [height, width, channels], not of shape {tuple(frame)}"
            )
        self.supports_masking = True
        self._config = {
            "name": name,
            "classes": classes,
            "frame": tuple(frame),
            "cell": cell,
            "layers": layers,
            "units": units,
            "causal": causal,
            "dropout": dropout,
            "filters": tuple(filters),
        }
        self.frame, self.causal, self.units = tuple(frame), causal, units
        self.images = ImageEncoder(filters, name="images") if len(frame) == 3 else None
        self.features = keras.layers.Dense(units, activation="relu", name="features")
        self.dropout = Dropout(dropout, name="dropout")
        self.recurrent = None
        if layers:
            factory = cell_by_name(cell, cells or {})
            self.recurrent = Stack(
                factory, layers=layers, units=units, dropout=dropout, bidirectional=not causal, name="recurrent"
            )
        self.logits = keras.layers.Dense(classes, name="logits")

    def input_signature(self) -> list[keras.InputSpec]:
        """Return what `call` reads: frames."""
        return [keras.InputSpec(shape=(None, None, *self.frame), dtype="float32")]

    def build(self, input_shape: Shape | None = None) -> None:
        """Make all weights; the number of frames does not matter."""
        width = self.frame[-1]
        if self.images is not None:
            self.images.build((None, *self.frame))
            width = 1
            for side in self.images.compute_output_shape((None, *self.frame))[1:]:
                assert side is not None
                width *= side
        self.features.build((None, None, width))
        width = self.units
        if self.recurrent is not None:
            self.recurrent.build((None, None, width))
            width = self.units if self.causal else 2 * self.units
        self.logits.build((None, None, width))
        self.built = True

    def call(self, source: Tensor, mask: Tensor | None = None, training: bool = False) -> Tensor:
        """Label whole sequences.

        Args:
            source: `[B, T, D]`, or `[B, T, height, width, channels]`.
            mask: bool `[B, T]`, False at padding.
            training: whether dropout is on.

        Returns:
            Logits `[B, T, C]`.
        """
        outputs = self.dropout(self._read(zero_masked(source, mask), training), training=training)  # [B, T, U]
        if self.recurrent is not None:
            outputs, _ = self.recurrent(outputs, mask=mask, training=training)  # [B, T, U] or [B, T, 2 U]
        return self.logits(outputs)

    def start(self, rows: int) -> Tensor:
        """Give the states before the first frame.

        Raises:
            UsageError: the model is not causal.
        """
        if not self.causal:
            raise UsageError("this model reads in both directions and cannot label a stream; train with causal=true")
        return self.recurrent.zero_state(rows) if self.recurrent is not None else []

    def step(self, frames: Tensor, states: Nest) -> tuple[Tensor, Tensor]:
        """Label one frame a row.

        Args:
            frames: `[B, D]`, or `[B, height, width, channels]`.
            states: as `start` or the step before gave them.

        Returns:
            Logits `[B, C]` and the new states.
        """
        output = self._read(ops.expand_dims(frames, 1))[:, 0]  # [B, U]
        if self.recurrent is not None:
            output, states = self.recurrent.step(output, states)
        return self.logits(output), states

    def _read(self, source: Tensor, training: bool = False) -> Tensor:
        """Encode each frame by itself: [B, T, U]."""
        if self.images is None:
            return self.features(source)
        shape = ops.shape(source)
        images = ops.reshape(source, (-1, *self.frame))  # [B T, height, width, channels]
        count = ops.shape(images)[0]
        if training or (isinstance(count, int) and count <= AT_ONCE):
            features = self._read_images(images)
        elif isinstance(count, int):
            features = self._read_by_parts(images, count)
        else:
            features = ops.cond(
                count > AT_ONCE,
                lambda: self._read_by_parts(images, count),
                lambda: self._read_images(images),
            )
        return ops.reshape(features, (shape[0], shape[1], self.units))

    def _read_images(self, images: Tensor) -> Tensor:
        """Encode images [N, height, width, channels] to [N, U]."""
        assert self.images is not None
        grid = self.images(images)  # [N, h, w, D]
        return self.features(ops.reshape(grid, (-1, grid.shape[1] * grid.shape[2] * grid.shape[3])))

    def _read_by_parts(self, images: Tensor, count: int | Tensor) -> Tensor:
        """Encode more than AT_ONCE images, so many at a time: what a clip needs of memory hardly grows with it."""
        whole = (count - 1) // AT_ONCE

        def part(number: int | Tensor) -> Tensor:
            # The last part begins earlier, so that all have the same size; the overlap is removed below.
            start = ops.minimum(number * AT_ONCE, count - AT_ONCE)
            return self._read_images(ops.slice(images, (start, 0, 0, 0), (AT_ONCE, *self.frame)))

        parts = ops.map(part, ops.arange(whole + 1))  # [whole + 1, AT_ONCE, U]
        rest = count - whole * AT_ONCE
        first = ops.reshape(parts[:-1], (-1, self.units))
        return ops.concatenate([first, parts[-1][AT_ONCE - rest :]], axis=0)  # [N, U]

    def get_config(self) -> Config:
        """Give the arguments that make this model again."""
        return self._config
