"""The task: images of a fixed size with a label each, and four ways to read them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import zoo
from zoo.topology import OneToOne
from zoo_glimpse.settings import GlimpseSettings

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Splits


class Glimpse(zoo.Task):
    """Glimpse: classify an image, read as a whole, by rows, by pixels or in glimpses."""

    topology = OneToOne()
    Settings = GlimpseSettings
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # A smoke test: everything once, in seconds.
        "tiny": {
            "data": {"examples": 320},
            "model": {"units": 16},
            "glimpses": {"count": 3, "scales": 2, "width": 16, "episodes": 2},
            "train": {"steps": 10, "evaluate_every": 5},
        },
    }

    def splits(self) -> Splits:
        """Read the images, and place them on a canvas where there is one."""
        from zoo_glimpse.canvas import Canvas, placed

        data, splits = self.settings.data, super().splits()
        if not self._canvas():
            return splits
        if self.settings.picture.colour:
            raise zoo.UsageError("data.canvas needs grey images and cannot be combined with picture.colour=true")
        own = data.source == "digits"
        canvas = Canvas(self._canvas(), data.scale or (2.5 if own else 1.0), data.clutter, data.piece)
        return placed(splits, canvas, self.settings.seed, data.examples if own else 0)

    def _canvas(self) -> int:
        data = self.settings.data
        return data.canvas or (40 if data.source == "digits" else 0)

    def _channels(self) -> int:
        return 3 if self.settings.picture.colour else 1

    def data(self) -> Splits:
        """Give the digits, or read a user's images."""
        data = self.settings.data
        if data.source == "digits":
            from zoo_glimpse.digits import digits

            return digits()
        if not os.path.isdir(os.path.expanduser(data.source)):
            raise zoo.UsageError(
                f"data={data.source}: no such data; expected digits, mnist, mnist-10k, "
                "or a folder with a folder of images for each class"
            )
        from zoo_glimpse.images import read_images

        return read_images(data.source, self._channels(), data.validation, data.test, data.on_error)

    def codecs(self) -> dict[str, Codec]:
        """Images of one size, and the labels."""
        from zoo.codecs import ImageCodec, LabelCodec

        picture, side = self.settings.picture, self._canvas()
        codec = ImageCodec(picture.height or side, picture.width or side, self._channels(), picture.fit)
        return {"source": codec, "target": LabelCodec()}

    def model(self, codecs: Mapping[str, Codec]) -> keras.Model:
        """Build the reader."""
        from zoo.codecs import ImageCodec
        from zoo.layers import cell_by_name

        settings, images = self.settings.model, codecs["source"]
        assert isinstance(images, ImageCodec)
        if settings.permuted and settings.reader != "pixels":
            raise zoo.UsageError(f"model.permuted is for model.reader=pixels, not {settings.reader}")
        classes, shape = codecs["target"].size, images.shape
        if settings.reader == "whole":
            from zoo_glimpse.whole import Whole

            return Whole(classes, shape, settings.network, settings.filters, settings.units, settings.dropout)
        recurrent = {
            "cell": cell_by_name(settings.cell, self.components.cells),
            "units": settings.units,
            "layers": settings.layers,
            "dropout": settings.dropout,
        }
        if settings.reader == "glimpses":
            from zoo_glimpse.recurrent_attention import RecurrentAttention

            look = self.settings.glimpses
            return RecurrentAttention(
                classes,
                shape,
                glimpses=look.count,
                size=look.size,
                scales=look.scales,
                width=look.width,
                deviation=look.deviation,
                episodes=look.episodes,
                **recurrent,
            )
        from zoo_glimpse.scan import Scan

        return Scan(classes, shape, settings.reader, settings.permuted, self.settings.seed, **recurrent)
