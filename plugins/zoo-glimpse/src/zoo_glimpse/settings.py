"""The settings of the task."""

from __future__ import annotations

from dataclasses import dataclass

import zoo
from zoo.settings import BatchSettings, DataSettings, TrainSettings

READERS = ("whole", "rows", "pixels", "glimpses")


@dataclass
class GlimpseData(DataSettings):
    """Where the images come from."""

    source: str = zoo.setting(
        "digits",
        "digits (scikit-learn's, on a canvas), mnist, mnist-10k, or a folder with a folder of images for each class",
        shorthand=True,
    )
    examples: int = zoo.setting(
        8000, "training images to generate; validation and test have an eighth of that", minimum=80, maximum=10_000_000
    )
    canvas: int = zoo.setting(
        0,
        "side of the canvas that images are placed on, in pixels; 0: 40 for digits, otherwise no canvas",
        minimum=0,
        maximum=10_000,
    )
    scale: float = zoo.setting(
        0.0, "enlargement of a placed image; 0: 2.5 for digits, otherwise 1", minimum=0, maximum=100
    )
    clutter: int = zoo.setting(4, "pieces of other images on a canvas", minimum=0, maximum=10_000)
    piece: int = zoo.setting(6, "side of such a piece, in pixels", minimum=1, maximum=10_000)


@dataclass
class GlimpseImage:
    """How an image is brought to one size."""

    height: int = zoo.setting(0, "pixels; 0: as the canvas or the first image, at most 64", minimum=0, maximum=10_000)
    width: int = zoo.setting(0, "pixels; 0: as the canvas or the first image, at most 64", minimum=0, maximum=10_000)
    colour: bool = zoo.setting(False, "colour instead of grey")
    fit: str = zoo.setting("crop", "how an image of another shape is fitted", ("crop", "pad", "stretch"))


@dataclass
class GlimpseModel:
    """How an image is read."""

    reader: str = zoo.setting(
        "glimpses", "how the image is read: as a whole, by rows, by pixels or by glimpses", READERS
    )
    network: str = zoo.setting("dense", "network for reader=whole", ("dense", "convolution"))
    filters: list[int] = zoo.setting(
        [16, 32],
        "channels of each stage of the convolution; every stage halves the sides",
        minimum=1,
        maximum=100_000,
    )
    permuted: bool = zoo.setting(False, "reader=pixels: read in a random order, the same for all images")
    cell: str = zoo.setting(
        "lstm", "recurrent cell of the other readers: rnn, lstm, gru, or one that a plugin adds", component="cells"
    )
    layers: int = zoo.setting(1, "recurrent layers", minimum=1, maximum=1_000)
    units: int = zoo.setting(128, "units of each recurrent or hidden layer", minimum=1, maximum=100_000)
    dropout: float = zoo.setting(0.0, "dropout rate of the last layer", minimum=0, maximum=0.95)


@dataclass
class GlimpsesSettings:
    """How reader=glimpses looks."""

    count: int = zoo.setting(6, "number of glimpses", minimum=1, maximum=10_000, shorthand=True)
    size: int = zoo.setting(8, "side of the smallest window, in pixels", minimum=1, maximum=10_000)
    scales: int = zoo.setting(3, "windows per glimpse, each twice as wide as the one before", minimum=1, maximum=16)
    width: int = zoo.setting(128, "units of the what and the where network", minimum=1, maximum=100_000)
    deviation: float = zoo.setting(
        0.1, "standard deviation of a location; half the image's side is 1", minimum=1e-3, maximum=100
    )
    episodes: int = zoo.setting(10, "readings per image that are averaged outside training", minimum=1, maximum=10_000)


@dataclass
class GlimpseSettings(zoo.Settings):
    """Settings of the glimpse task."""

    data: GlimpseData = zoo.part(GlimpseData)
    picture: GlimpseImage = zoo.part(GlimpseImage)
    model: GlimpseModel = zoo.part(GlimpseModel)
    glimpses: GlimpsesSettings = zoo.part(GlimpsesSettings)
    batch: BatchSettings = zoo.part(BatchSettings, size=64)
    train: TrainSettings = zoo.part(TrainSettings, epochs=30, learning_rate=2e-3, schedule="cosine", average=0.99)
