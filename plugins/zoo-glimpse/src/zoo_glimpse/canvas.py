"""Images placed at random on a larger canvas, among pieces of other images."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict, overload

import numpy as np

import zoo
from zoo.data import Splits


@dataclass(frozen=True)
class Canvas:
    """How images are placed.

    Args:
        side: of the canvas, in pixels.
        scale: an image is enlarged so many times.
        clutter: how many pieces of other images there are besides.
        piece: side of a piece, in pixels of the canvas.
    """

    side: int
    scale: float = 1.0
    clutter: int = 4
    piece: int = 6


class Example(TypedDict):
    """A grey image, uint8 [height, width], and its label."""

    source: np.ndarray
    target: object


class Placed(Sequence[Example]):
    """Examples `{"source": uint8 [side, side], "target": label}`, each drawn when it is asked for.

    Example i shows image i, or starts over where there are not so many; each image is shown about equally often.

    Args:
        images: examples whose `source` is a grey image, uint8 [height, width]; pieces come from them too.
        canvas: how they are placed.
        count: how many examples.
        seed: of places and pieces; a text, that may hold the name of the split.

    Raises:
        UsageError: an image is larger than the canvas.
    """

    def __init__(self, images: Sequence[Mapping[str, object]], canvas: Canvas, count: int, seed: str) -> None:
        self.images, self.canvas, self.seed = images, canvas, seed
        self._length = count
        self._enlarged: dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Example]:
        return (self[place] for place in range(self._length))

    @overload
    def __getitem__(self, place: int) -> Example: ...

    @overload
    def __getitem__(self, place: slice) -> list[Example]: ...

    def __getitem__(self, place: int | slice) -> Example | list[Example]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(self._length))]
        if not -self._length <= place < self._length:
            raise IndexError(f"there are {self._length} images, and no number {place}")
        place %= self._length
        draw = random.Random(f"{self.seed} {place}")
        number, side = place % len(self.images), self.canvas.side
        shown = np.zeros((side, side), np.uint8)
        for _ in range(self.canvas.clutter):
            other = self._image(draw.randrange(len(self.images)))
            size = min(self.canvas.piece, side, *other.shape)
            top, left = (draw.randrange(length - size + 1) for length in other.shape)
            _paste(shown, other[top : top + size, left : left + size], draw)
        _paste(shown, self._image(number), draw)
        return {"source": shown, "target": self.images[number]["target"]}

    def _image(self, number: int) -> np.ndarray:
        """One of the images, enlarged: uint8 [height, width]."""
        if number not in self._enlarged:
            image = np.asarray(self.images[number]["source"])
            if self.canvas.scale != 1:
                image = _enlarged(image, self.canvas.scale)
            if max(image.shape) > self.canvas.side:
                height, width = image.shape
                raise zoo.UsageError(
                    f"data.canvas={self.canvas.side} is too small for an image of {height} by {width} pixels"
                )
            self._enlarged[number] = image
        return self._enlarged[number]


def placed(splits: Splits, canvas: Canvas, seed: int, train: int = 0) -> Splits:
    """Place all images of all splits.

    Args:
        splits: of grey images.
        canvas: how.
        seed: of places and pieces.
        train: how many training examples to draw, and an eighth as many of each other split; 0: one an image.

    Returns:
        Splits of `Placed`.
    """
    drawn = {
        name: Placed(list(examples), canvas, count or len(examples), f"canvas {seed} {name}")
        for (name, examples), count in zip(splits.items(), (train, train // 8, train // 8), strict=True)
    }
    return Splits(drawn["train"], drawn["validation"], drawn["test"], splits.notes)


def _paste(shown: np.ndarray, piece: np.ndarray, draw: random.Random) -> None:
    """Lay a piece somewhere on a canvas; where both have ink the darker one stays."""
    top, left = (draw.randrange(whole - part + 1) for whole, part in zip(shown.shape, piece.shape, strict=True))
    window = shown[top : top + piece.shape[0], left : left + piece.shape[1]]
    np.maximum(window, piece, out=window)


def _enlarged(image: np.ndarray, scale: float) -> np.ndarray:
    from PIL import Image

    height, width = image.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))
