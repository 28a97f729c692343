"""Scenes as pixels: antialiased shapes on a background, with a little noise."""

from __future__ import annotations

import colorsys
import math
from typing import TYPE_CHECKING

import numpy as np

from zoo_tasks.captioning.scene import EDGE, PlacedShape, Scene

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

PAINTS = {
    "red": (212, 36, 40),
    "orange": (245, 135, 20),
    "yellow": (248, 222, 48),
    "green": (36, 150, 62),
    "blue": (38, 84, 208),
    "purple": (142, 52, 176),
    "black": (24, 24, 26),
    "white": (250, 250, 250),
}
BACKGROUNDS = ("plain", "gradient", "stripes", "clouds")

_FINE = 4  # masks are drawn this much larger, and averaged
_NOISE = 4.0  # standard deviation, of 255


def paint_scene(scene: Scene) -> np.ndarray:
    """Draw a scene.

    Args:
        scene: as `Scenes.scene` gives it.

    Returns:
        uint8 [64, 64, 3], the same for the same scene.
    """
    draw = np.random.default_rng(scene.paint)
    image = _background(draw)  # [64, 64, 3]
    for shape in scene.shapes:
        colour = np.clip(np.asarray(PAINTS[shape.kind.colour]) + draw.uniform(-10, 10, 3), 0, 255)  # [3]
        left, top, mask = _mask(shape)  # [h, w]
        part = image[top : top + mask.shape[0], left : left + mask.shape[1]]
        part += mask[..., None] * (colour.astype(np.float32) - part)
    image += draw.standard_normal(image.shape, np.float32) * _NOISE
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _background(draw: np.random.Generator) -> np.ndarray:
    """Two pale shades of one hue, mixed in one of four ways: float32 [64, 64, 3]."""
    hue = draw.random()
    saturation, value = draw.uniform(0.05, 0.25), draw.uniform(0.55, 0.75)
    shades = [colorsys.hsv_to_rgb(hue, saturation, value + add) for add in (0.0, draw.uniform(0.05, 0.12))]
    first, second = (np.asarray(shade, np.float32) * 255 for shade in shades)
    way = BACKGROUNDS[draw.integers(len(BACKGROUNDS))]
    angle = draw.uniform(0, 2 * math.pi)
    y, x = np.mgrid[0:EDGE, 0:EDGE].astype(np.float32) / EDGE
    along = math.cos(angle) * x + math.sin(angle) * y  # [64, 64]
    if way == "plain":
        mix = np.zeros_like(along)
    elif way == "gradient":
        mix = (along - along.min()) / (along.max() - along.min())
    elif way == "stripes":
        mix = 0.5 + 0.5 * np.sin(2 * math.pi * draw.uniform(3, 7) * along)
    else:
        mix = _clouds(draw)
    return (first + mix[..., None] * (second - first)).astype(np.float32)


def _clouds(draw: np.random.Generator) -> np.ndarray:
    from PIL import Image

    coarse = Image.fromarray(draw.integers(0, 256, (5, 5), np.uint8))
    return np.asarray(coarse.resize((EDGE, EDGE), Image.Resampling.BICUBIC), np.float32) / 255  # [64, 64]


def _mask(shape: PlacedShape) -> tuple[int, int, np.ndarray]:
    """How much of each pixel a shape covers, 0 to 1, in the smallest patch around it: left, top, float32 [h, w]."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = shape.box
    x, y = max(0, math.floor(left) - 1), max(0, math.floor(top) - 1)
    width, height = min(EDGE, math.ceil(right) + 1) - x, min(EDGE, math.ceil(bottom) + 1) - y
    mask = Image.new("L", (width * _FINE, height * _FINE))
    _outline(ImageDraw.Draw(mask), shape, x, y)
    small: Image.Image = mask.reduce(_FINE)
    return x, y, np.asarray(small, np.float32) / 255


def _outline(pen: ImageDraw.ImageDraw, shape: PlacedShape, left: int, top: int) -> None:
    radius = shape.radius * _FINE
    x, y = (shape.x - left) * _FINE, (shape.y - top) * _FINE
    name = shape.kind.shape
    if name in ("circle", "ring"):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        if name == "ring":
            hole = 0.62 * radius
            pen.ellipse((x - hole, y - hole, x + hole, y + hole), fill=0)
        return
    turn = math.radians(shape.turn)
    cosine, sine = math.cos(turn) * radius, math.sin(turn) * radius
    pen.polygon([(x + cosine * u - sine * v, y + sine * u + cosine * v) for u, v in OUTLINES[name]], fill=255)


def _star() -> list[tuple[float, float]]:
    points = []
    for corner in range(10):
        reach, angle = (1.0, 0.42)[corner % 2], math.pi * corner / 5
        points.append((reach * math.sin(angle), -reach * math.cos(angle)))
    return points


def _heart() -> list[tuple[float, float]]:
    points = []
    for step in range(48):
        t = 2 * math.pi * step / 48
        height = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((16 * math.sin(t) ** 3 / 17, -(height + 2.5) / 17))
    return points


OUTLINES: dict[str, list[tuple[float, float]]] = {
    "square": [(-0.82, -0.82), (0.82, -0.82), (0.82, 0.82), (-0.82, 0.82)],
    "diamond": [(0, -1), (0.72, 0), (0, 1), (-0.72, 0)],
    "triangle": [(0, -1), (0.95, 0.75), (-0.95, 0.75)],
    "cross": [
        *((-0.3, -1), (0.3, -1), (0.3, -0.3), (1, -0.3), (1, 0.3), (0.3, 0.3)),
        *((0.3, 1), (-0.3, 1), (-0.3, 0.3), (-1, 0.3), (-1, -0.3), (-0.3, -0.3)),
    ],
    "star": _star(),
    "heart": _heart(),
}
"""Corners of the shapes that have any, within a circle of radius 1 (about; a square's stick out), y downward."""
