"""Images in, a grid of vectors out: a small residual network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Shape, Tensor
from zoo.errors import UsageError
from zoo.layers.options import LayerOptions


@keras.saving.register_keras_serializable(package="zoo")
class ImageEncoder(keras.layers.Layer):
    """A residual network without batch statistics, so that an example's features do not depend on its neighbours.

    A stage halves height and width and then adds residual blocks (He et al. 2016, arXiv:1512.03385), whose branch
    starts at zero by a learned scalar (SkipInit, De and Smith 2020, arXiv:2002.10444) in place of a normalisation.

    Args:
        filters: channels of each stage; a stage has half the height and width of the one before.
        blocks: residual blocks per stage.
        places: whether the two coordinates of every pixel are two more channels, so that the network knows left from
            right (CoordConv, Liu et al. 2018, arXiv:1807.03247).

    Raises:
        UsageError: no stage.
    """

    def __init__(
        self,
        filters: Sequence[int] = (32, 64, 128),
        blocks: int = 1,
        places: bool = False,
        **keywords: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**keywords)
        self.places = places
        if not filters:
            raise UsageError("an image encoder needs at least one stage of filters")
        self.filters, self.blocks = tuple(filters), blocks
        self.shrinking = [self._convolution(width, f"stage_{number}", 2) for number, width in enumerate(self.filters)]
        # Flat lists: TensorFlow finds no weights in nested ones when it saves a model.
        self.branches = [
            self._convolution(width, f"stage_{stage}_block_{block}_{which}")
            for stage, width in enumerate(self.filters)
            for block in range(blocks)
            for which in ("first", "second")
        ]

    @property
    def output_size(self) -> int:
        """D."""
        return self.filters[-1]

    def _convolution(self, width: int, name: str, stride: int = 1) -> keras.layers.Conv2D:
        return keras.layers.Conv2D(
            width, 3, stride, padding="same", kernel_initializer="he_normal", name=name, dtype=self.dtype_policy
        )

    def _stage(self, stage: int) -> list[keras.layers.Conv2D]:
        """Return the convolutions of a stage's blocks, two a block."""
        count = 2 * self.blocks
        return list(self.branches[stage * count : (stage + 1) * count])

    def build(self, input_shape: Shape) -> None:
        """Make the weights.

        Args:
            input_shape: (B, height, width, channels).

        Raises:
            UsageError: another rank.
        """
        if len(input_shape) != 4:
            raise UsageError(
                f"{self.name}: the input has shape {tuple(input_shape)}; it should have 4 axes "
                "[batch, height, width, channels]"
            )
        shape: Shape = (None, None, None, (input_shape[-1] or 0) + 2 * self.places)
        shares = []
        for stage, (shrink, width) in enumerate(zip(self.shrinking, self.filters, strict=True)):
            shrink.build(shape)
            shape = (None, None, None, width)
            for block in range(self.blocks):
                shares.append(self.add_weight(shape=(), initializer="zeros", name=f"stage_{stage}_block_{block}_share"))
            for convolution in self._stage(stage):
                convolution.build(shape)
        self.shares = shares
        self.built = True

    def call(self, images: Tensor) -> Tensor:
        """Encode.

        Args:
            images: `[B, height, width, channels]` with values from 0 to 255.

        Returns:
            `[B, h, w, D]` with h and w halved once a stage, D the filters of the last.
        """
        features = ops.cast(images, self.compute_dtype) / 127.5 - 1.0
        if self.places:
            features = ops.concatenate([features, self._coordinates(features)], axis=-1)
        for stage, shrink in enumerate(self.shrinking):
            features = shrink(features)
            shares = self.shares[stage * self.blocks : (stage + 1) * self.blocks]
            branches = self._stage(stage)
            for first, second, share in zip(branches[::2], branches[1::2], shares, strict=True):
                features += ops.cast(share, features.dtype) * second(ops.relu(first(ops.relu(features))))
            features = ops.relu(features)
        return features

    def _coordinates(self, features: Tensor) -> Tensor:
        """Row and column of every pixel from -1 to 1: [B, height, width, 2]."""
        rows, height, width, _ = ops.shape(features)
        down, right = (ops.linspace(-1.0, 1.0, side, dtype=features.dtype) for side in (height, width))
        grid = ops.stack(ops.meshgrid(down, right, indexing="ij"), axis=-1)  # [height, width, 2]
        return ops.broadcast_to(grid[None], (rows, height, width, 2))

    def compute_output_shape(self, input_shape: Shape) -> tuple[int | None, ...]:
        """Give (B, h, w, D)."""
        sides = [None if side is None else -(-side // 2 ** len(self.filters)) for side in input_shape[1:3]]
        return (input_shape[0], *sides, self.filters[-1])

    def get_config(self) -> Config:
        """Give the arguments that make this layer again."""
        return {**super().get_config(), "filters": self.filters, "blocks": self.blocks, "places": self.places}
