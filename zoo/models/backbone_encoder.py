"""Images in, a grid of vectors out: a network of `keras.applications`, and a layer that brings it to our width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Shape, Tensor
from zoo.layers.options import LayerOptions
from zoo.models.backbone import NONE, Backbones, load_pretrained, make_backbone, preprocessing


@keras.saving.register_keras_serializable(package="zoo")
class BackboneEncoder(keras.layers.Layer):
    """A named network without its classifier, then a dense layer with relu over each place of its grid.

    Its normalisation layers keep the statistics that they came with, and its dropout is off, also while it learns: so
    an example's features do not depend on its neighbours.

    Args:
        backbone: name of the network, as `keras.applications` has it, or a plugin.
        units: D, width of the grid.
        shape: (height, width, channels) of the images.
        frozen: whether the network stays as it is, so that only the dense layer learns.
        backbones: networks that plugins add, by name.

    Raises:
        UsageError: the network is unknown, or the images are too small for it.
    """

    def __init__(
        self,
        backbone: str,
        units: int,
        shape: Sequence[int],
        frozen: bool = False,
        backbones: Backbones = NONE,
        **keywords: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**keywords)
        self._backbones = {**backbones}
        self.backbone, self.frozen = backbone, frozen
        height, width, channels = shape
        self.shape = (height, width, channels)
        self.network = make_backbone(backbone, self.shape, backbones)
        self.network.trainable = not frozen
        self.preprocess = preprocessing(backbone, backbones)
        self.project = keras.layers.Dense(units, activation="relu", name="project", dtype=self.dtype_policy)

    @property
    def output_size(self) -> int:
        """D."""
        return int(self.project.units)

    def build(self, input_shape: Shape | None = None) -> None:
        """Make the weights; the network has its own."""
        del input_shape
        self.project.build((None, self.network.output_shape[-1]))
        self.built = True

    def load(self, weights: str) -> None:
        """Put trained weights into the network (see `zoo.models.backbone.load_pretrained`)."""
        load_pretrained(self.network, self.backbone, weights, self._backbones)

    def features(self, images: Tensor) -> Tensor:
        """Compute the backbone's features of images: the part of the encoding that is constant if the backbone is
        frozen.

        Args:
            images: `[B, height, width, channels]`, values from 0 to 255.

        Returns:
            `[B, h, w, F]`.
        """
        return self.network(self.preprocess(ops.cast(images, "float32")), training=False)

    def call(self, images: Tensor) -> Tensor:
        """Encode.

        Args:
            images: `[B, height, width, channels]` with values from 0 to 255, or their `features`.

        Returns:
            `[B, h, w, D]`.
        """
        found = self.features(images) if tuple(images.shape[1:]) == self.shape else images
        return self.project(ops.cast(found, self.compute_dtype))

    def compute_output_shape(self, input_shape: Shape) -> tuple[int | None, ...]:
        """Give (B, h, w, D)."""
        return (input_shape[0], *self.network.output_shape[1:3], self.output_size)

    def get_config(self) -> Config:
        """Give the arguments that make this layer again."""
        return {
            **super().get_config(),
            "backbone": self.backbone,
            "units": self.output_size,
            "shape": self.shape,
            "frozen": self.frozen,
        }
