"""Images in, text out: a convolutional encoder and an attending decoder as one model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.layers.options import ModelOptions
from zoo.models.attending_decoder import AttendingDecoder
from zoo.models.backbone_encoder import BackboneEncoder
from zoo.models.encoder_decoder import EncoderDecoder
from zoo.models.image_encoder import ImageEncoder


@keras.saving.register_keras_serializable(package="zoo")
class ImageToText(EncoderDecoder):
    """Looks at an image's grid of features while it writes (Xu et al. 2015, arXiv:1502.03044).

    Args:
        encoder: a layer from images `[B, height, width, channels]` to a grid `[B, h, w, D]`.
        decoder: made for a memory of width D.
        shape: (height, width, channels) of the images.
    """

    def __init__(
        self,
        encoder: ImageEncoder | BackboneEncoder,
        decoder: AttendingDecoder,
        shape: tuple[int, int, int],
        name: str = "image_to_text",
        **keywords: Unpack[ModelOptions],
    ) -> None:
        super().__init__(encoder, decoder, name, **keywords)
        self.shape = tuple(shape)

    @property
    def features(self) -> Callable[[Tensor], Tensor] | None:
        """A function from images to what training leaves as it is, and `call` takes as well; None where it learns."""
        encoder = self.encoder
        return encoder.features if isinstance(encoder, BackboneEncoder) and encoder.frozen else None

    @property
    def grid(self) -> tuple[int, int]:
        """(h, w) of the feature grid."""
        _, height, width, _ = self.encoder.compute_output_shape((None, *self.shape))
        return height, width

    def source_spec(self) -> keras.InputSpec:
        """Return what the source is: images of the model's shape, with values from 0 to 255."""
        return keras.InputSpec(shape=(None, *self.shape), dtype="float32")

    def build(self, input_shape: Shape | None = None) -> None:
        """Make all weights; the number of tokens does not matter."""
        del input_shape
        if not self.encoder.built:
            self.encoder.build((None, *self.shape))
        if not self.decoder.built:
            self.decoder.build()
        self.built = True

    def call(self, source: Tensor, previous: Tensor, training: bool = False) -> dict[str, Nest]:
        """Look at images and read captions.

        Args:
            source: `[B, height, width, channels]`, values from 0 to 255, or their `features`.
            previous: int `[B, T]`, the target shifted by one.
            training: whether dropout is on.

        Returns:
            The decoder's output: `logits` `[B, T, V]`, `alignments` `[B, T, h w]`, `states`.
        """
        return self.decoder(previous, memory=self.encode(source), training=training)

    def encode(self, source: Tensor, source_mask: Tensor | None = None) -> dict[str, Nest]:
        """Look at images, once each: the places of the grid, row by row, are the memory."""
        del source_mask
        grid = self.encoder(source)  # [B, h, w, D]
        memory = ops.reshape(grid, (ops.shape(grid)[0], grid.shape[1] * grid.shape[2], grid.shape[3]))  # [B, h w, D]
        return self.decoder.prepare(memory)

    def get_config(self) -> Config:
        """Give the arguments that make this model again."""
        return {**super().get_config(), "shape": self.shape}
