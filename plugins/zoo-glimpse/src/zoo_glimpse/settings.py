"""What the task can be told."""

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
    examples: int = zoo.setting(8000, "digits to place for training; an eighth for validation and test", minimum=80)
    canvas: int = zoo.setting(
        0, "side of the canvas that images are placed on, pixels; 0: 40 for digits, else none", minimum=0
    )
    scale: float = zoo.setting(0.0, "a placed image is enlarged so many times; 0: 2.5 for digits, else 1", minimum=0)
    clutter: int = zoo.setting(4, "pieces of other images on a canvas", minimum=0)
    piece: int = zoo.setting(6, "side of such a piece, pixels", minimum=1)


@dataclass
class GlimpseImage:
    """How an image is brought to one size."""

    height: int = zoo.setting(0, "pixels; 0: those of the canvas, or of the first image, at most 64", minimum=0)
    width: int = zoo.setting(0, "pixels; 0: those of the canvas, or of the first image, at most 64", minimum=0)
    colour: bool = zoo.setting(False, "with colours, or grey")
    fit: str = zoo.setting("crop", "what becomes of another shape", ("crop", "pad", "stretch"))


@dataclass
class GlimpseModel:
    """How an image is read."""

    reader: str = zoo.setting("glimpses", "as a whole, by rows, by pixels or by glimpses", READERS)
    network: str = zoo.setting("dense", "of reader=whole", ("dense", "convolution"))
    filters: list[int] = zoo.setting([16, 32], "channels of the stages of the convolution, which each halve the sides")
    permuted: bool = zoo.setting(False, "reader=pixels: in an order left to chance, the same for all images")
    cell: str = zoo.setting("lstm", "recurrent cell of the other readers: rnn, lstm, gru, or one that a plugin adds")
    layers: int = zoo.setting(1, "recurrent layers", minimum=1)
    units: int = zoo.setting(128, "of each recurrent or hidden layer", minimum=1)
    dropout: float = zoo.setting(0.0, "share of the last layer that is dropped while training", minimum=0, maximum=0.95)


@dataclass
class GlimpsesSettings:
    """How reader=glimpses looks."""

    count: int = zoo.setting(6, "how many glimpses", minimum=1, shorthand=True)
    size: int = zoo.setting(8, "side of the smallest window, pixels", minimum=1)
    scales: int = zoo.setting(3, "windows of a glimpse, each twice as wide as the one before", minimum=1)
    width: int = zoo.setting(128, "units of what was seen, and of where", minimum=1)
    deviation: float = zoo.setting(0.1, "standard deviation of a place; half an image's side is 1", minimum=1e-3)
    episodes: int = zoo.setting(10, "readings of an image that are averaged outside of training", minimum=1)


@dataclass
class GlimpseSettings(zoo.Settings):
    """Settings of the glimpse task."""

    data: GlimpseData = zoo.part(GlimpseData)
    picture: GlimpseImage = zoo.part(GlimpseImage)
    model: GlimpseModel = zoo.part(GlimpseModel)
    glimpses: GlimpsesSettings = zoo.part(GlimpsesSettings)
    batch: BatchSettings = zoo.part(BatchSettings, size=64)
    train: TrainSettings = zoo.part(TrainSettings, epochs=30, learning_rate=2e-3, schedule="cosine", average=0.99)
