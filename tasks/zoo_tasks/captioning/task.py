"""The task: images with captions, a convolutional encoder, an attending decoder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import zoo
from zoo.settings import BatchSettings, DataSettings, SearchSettings, TextTrainSettings, part, setting
from zoo.topology import OneToMany

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Input, Splits
    from zoo.settings import AdaptiveDefaults


@dataclass
class CaptioningData(DataSettings):
    """Where the images and captions come from."""

    source: str = setting(
        "scenes",
        "scenes (drawn shapes), flickr8k, a table of images and captions, Flickr8k's or Karpathy's files",
        shorthand=True,
    )
    pictures: str = setting("", "the folder of the images; empty: next to the captions")


@dataclass
class CaptioningImage:
    """How an image is brought to one size."""

    height: int = setting(64, "pixels", minimum=8, maximum=10_000)
    width: int = setting(64, "pixels", minimum=8, maximum=10_000)
    channels: int = setting(3, "1: grey, 3: colour", minimum=1, maximum=3)
    fit: str = setting("crop", "how an image of another shape is fitted", ("crop", "pad", "stretch"))
    flip: bool = setting(False, "mirror training images at random; not if captions mention left or right")
    shift: int = setting(
        0, "shift training images by up to this many pixels in each direction", minimum=0, maximum=10_000
    )


@dataclass
class CaptioningText:
    """How captions become tokens."""

    unit: str = setting("word", "unit of a token", ("word", "piece", "bpe", "character", "byte"))
    vocabulary: int = setting(
        0, "vocabulary size; 0: every word that occurs, or 8,000 pieces", minimum=0, maximum=10_000_000
    )
    least: int = setting(1, "minimum number of times a word must occur (unit=word)", minimum=1, maximum=1_000_000_000)
    lowercase: bool = setting(True, "convert to lower case (unit=word)")
    nfc: bool = setting(True, "compose accents (Unicode NFC): both ways to write é are one character")


@dataclass
class CaptioningModel:
    """The encoder and the decoder."""

    filters: list[int] = setting(
        [24, 48, 96],
        "channels of each stage of the encoder; every stage halves height and width",
        minimum=1,
        maximum=100_000,
    )
    blocks: int = setting(1, "residual blocks per stage", minimum=0, maximum=1_000)
    backbone: str = setting("", "a network as encoder: of keras.applications, such as MobileNetV3Small, or a plugin's")
    backbone_weights: str = setting("none", "initial weights of the backbone: none, imagenet (downloaded), or a file")
    frozen: bool = setting(False, "do not train the backbone, which then sees each image once, without flip and shift")
    cell: str = setting("lstm", "recurrent cell: rnn, lstm, gru, or one that a plugin adds", component="cells")
    layers: int = setting(1, "number of recurrent layers of the decoder", minimum=1, maximum=1_000)
    units: int = setting(192, "units per layer", minimum=1, maximum=100_000)
    embedding: int = setting(96, "size of the token embedding", minimum=1, maximum=100_000)
    attention: str = setting(
        "additive", "attention to the image: additive, dot, hard, ..., none", component="attentions"
    )
    attend: str = setting("before", "attend before or after the recurrent layers", ("after", "before"))
    input_feeding: bool = setting(False, "feed what was attended to into the next step")
    dropout: float = setting(0.1, "dropout rate", minimum=0, maximum=0.95)


@dataclass
class CaptioningSettings(zoo.Settings):
    """Settings of the captioning task."""

    data: CaptioningData = part(CaptioningData)
    picture: CaptioningImage = part(CaptioningImage)
    text: CaptioningText = part(CaptioningText)
    model: CaptioningModel = part(CaptioningModel)
    batch: BatchSettings = part(BatchSettings, size=32, length=40)
    search: SearchSettings = part(SearchSettings, strategy="beam", beam=3, length=40, length_penalty=0.6)
    train: TextTrainSettings = part(
        TextTrainSettings, steps=6000, learning_rate=1.5e-3, schedule="cosine", warmup=100, average=0.99
    )


class Captioning(zoo.Task):
    """Captioning: describe an image in a sentence."""

    topology = OneToMany()
    Settings = CaptioningSettings
    data_names = ("scenes",)
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # A smoke test: everything once, in seconds.
        "tiny": {
            "picture": {"height": 16, "width": 16},
            "model": {"filters": [4, 8], "units": 16, "embedding": 8},
            "batch": {"size": 16},
            "train": {"steps": 20, "evaluate_every": 10},
        },
        # Photographs at 96 pixels, from scratch: some twenty minutes on two cores.
        "flickr8k": {
            "data": "flickr8k",
            "picture": {"height": 96, "width": 96, "flip": True, "shift": 8},
            "text": {"least": 5},
            "batch": {"size": 64},
            "model": {"filters": [16, 32, 64, 160], "units": 320, "embedding": 160, "dropout": 0.4},
            "search": {"beam": 4, "length": 30, "length_penalty": 0.8},
            "train": {"steps": 10_000, "learning_rate": 1.5e-3, "average": 0.998},
        },
    }

    def __init__(self, settings: CaptioningSettings, components: zoo.Components | None = None) -> None:
        super().__init__(settings, components)
        self.topology = OneToMany(label_smoothing=settings.train.label_smoothing)

    def data(self) -> Splits:
        """Draw the scenes, or read a user's images and captions."""
        data = self.settings.data
        if data.source == "scenes":
            from zoo_tasks.captioning.scenes import scenes

            return scenes(seed=self.settings.seed)
        from zoo.data import read_captions

        return read_captions(
            data.source, data.pictures, data.validation, data.test, data.on_error, encoding=data.encoding
        )

    def adapt(self, splits: Splits, defaults: AdaptiveDefaults) -> None:
        """Choose defaults by the images."""
        from zoo_tasks.captioning.defaults import adapt

        adapt(splits, defaults)

    def read_inputs(self, source: str) -> Iterator[Input]:
        """Images: one, a folder of them, or those that a table or a file of captions names."""
        from zoo.data import CAPTION_COLUMNS, read_image_inputs, with_found

        data = self.settings.data
        return read_image_inputs(source, data.pictures, with_found(CAPTION_COLUMNS, self.columns), data.encoding)

    def codecs(self) -> dict[str, Codec]:
        """Images of one size, and the codec of the chosen unit."""
        from zoo.codecs import ImageCodec, text_codec

        self._check_backbone()
        picture, text = self.settings.picture, self.settings.text
        views = (False, 0) if self.settings.model.frozen else (picture.flip, picture.shift)
        return {
            "source": ImageCodec(picture.height, picture.width, picture.channels, picture.fit, *views),
            "target": text_codec(text.unit, text.vocabulary, text.least, text.lowercase, text.nfc),
        }

    def model(self, codecs: Mapping[str, Codec]) -> keras.Model:
        """A convolutional encoder and an attending decoder."""
        from zoo.codecs import ImageCodec
        from zoo.models import AttendingDecoder, BackboneEncoder, ImageEncoder, ImageToText

        model, images = self.settings.model, codecs["source"]
        assert isinstance(images, ImageCodec)
        encoder: ImageEncoder | BackboneEncoder
        if model.backbone:
            encoder = BackboneEncoder(
                model.backbone, model.units, images.shape, model.frozen, self.components.backbones, name="pictures"
            )
        else:
            encoder = ImageEncoder(tuple(model.filters), model.blocks, places=True, name="pictures")
        decoder = AttendingDecoder(
            self.topology.vocabulary(codecs["target"]),
            encoder.output_size,
            cell=model.cell,
            layers=model.layers,
            units=model.units,
            embedding=model.embedding,
            attention=model.attention,
            attend=model.attend,
            input_feeding=model.input_feeding,
            dropout=model.dropout,
            cells=self.components.cells,
            attentions=self.components.attentions,
        )
        both = ImageToText(encoder, decoder, images.shape)
        both.build()
        return both

    def begin(self, model: keras.Model) -> None:
        """Load the weights that the backbone begins with."""
        weights = self.settings.model.backbone_weights
        if self.settings.model.backbone and weights != "none":
            model.encoder.load(weights)

    def _check_backbone(self) -> None:
        """Refuse settings of a backbone that cannot be meant, before images are read."""
        model = self.settings.model
        if model.backbone:
            from zoo.models import check_backbone

            check_backbone(model.backbone, self.settings.picture.channels, self.components.backbones)
        elif model.frozen or model.backbone_weights != "none":
            raise zoo.UsageError("model.frozen and model.backbone_weights need model.backbone, which is not set")
