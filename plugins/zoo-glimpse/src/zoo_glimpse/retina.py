"""The retina: what a glimpse at a place of an image sees."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from zoo.layers import Tensor


@keras.saving.register_keras_serializable(package="zoo_glimpse")
class Retina(keras.layers.Layer):
    """Cuts square windows around a place, each twice as wide as the one before, and brings all to the smallest's size.

    A pixel of a window is the mean of the part of the image that it covers, borders of pixels included, so a place
    may lie between pixels; outside of the image all is zero. The windows are products of the image with a matrix
    for its rows and one for its columns, which every backend compiles, at fixed shapes.

    Args:
        size: g, pixels of a window's side.
        scales: K, how many windows.
        **kwargs: what every Keras layer takes.
    """

    def __init__(self, size: int = 8, scales: int = 1, **kwargs: object) -> None:
        # In 16 bits a place would be known to some tenth of a pixel only: images and places come as they are.
        super().__init__(**{**kwargs, "autocast": False})
        self.size = size
        self.scales = scales

    def call(self, images: Tensor, places: Tensor) -> Tensor:
        """Look.

        Args:
            images: [B, height, width, C].
            places: (down, right) [B, 2], -1 at the upper and left border of the image, 1 at the lower and right one.

        Returns:
            [B, K, g, g, C].
        """
        down = self._cover(places[:, 0], images.shape[1], images.dtype)  # [B, K, g, height]
        right = self._cover(places[:, 1], images.shape[2], images.dtype)  # [B, K, g, width]
        rows = ops.einsum("bkyh,bhwc->bkywc", down, images)
        return ops.einsum("bkxw,bkywc->bkyxc", right, rows)

    def _cover(self, places: Tensor, length: int, dtype: str) -> Tensor:
        """How much of each window pixel along one side lies on each pixel of the image: [B, K, g, length]."""
        centre = (ops.cast(places, "float32") + 1) * (length / 2)  # [B], in pixels from the border
        step = ops.convert_to_tensor([2.0**scale for scale in range(self.scales)])[:, None]  # [K, 1], a pixel's width
        offset = ops.arange(self.size, dtype="float32")[None] - self.size / 2  # [1, g]
        begin = (centre[:, None, None] + step * offset)[..., None]  # [B, K, g, 1]
        step = step[..., None]  # [K, 1, 1]
        border = ops.arange(length, dtype="float32")  # [length], where each pixel of the image begins
        covered = ops.minimum(begin + step, border + 1) - ops.maximum(begin, border)  # [B, K, g, length]
        return ops.cast(ops.maximum(covered, 0.0) / step, dtype)

    def compute_output_shape(self, images_shape: Sequence[int | None], *_: object) -> tuple[int | None, ...]:
        """Give (B, K, g, g, C)."""
        return (images_shape[0], self.scales, self.size, self.size, images_shape[-1])

    def get_config(self) -> dict[str, object]:
        """Give the arguments that make this layer again."""
        return {**super().get_config(), "size": self.size, "scales": self.scales}
