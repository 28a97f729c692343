"""A scene: which shapes it shows, where they are, and all captions that say so."""

from __future__ import annotations

from dataclasses import dataclass

SIZES = ("small", "large")
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "black", "white")
SHAPES = ("circle", "square", "triangle", "star", "cross", "ring", "heart", "diamond")

EDGE = 64
"""Height and width of an image, in pixels."""


@dataclass(frozen=True, order=True)
class Kind:
    """What a shape looks like.

    Args:
        size: one of SIZES.
        colour: one of COLOURS.
        shape: one of SHAPES.
    """

    size: str
    colour: str
    shape: str

    @property
    def name(self) -> str:
        """Such as "small red circle"."""
        return f"{self.size} {self.colour} {self.shape}"

    @property
    def plural(self) -> str:
        """Such as "small red circles"."""
        return self.name + ("es" if self.shape.endswith("s") else "s")


@dataclass(frozen=True)
class PlacedShape:
    """A shape at its place.

    Args:
        kind: what it looks like.
        x: of its centre, in pixels from the left.
        y: of its centre, in pixels from the top.
        radius: of the circle around it, in pixels.
        turn: how far it is turned, in degrees.
    """

    kind: Kind
    x: float
    y: float
    radius: float
    turn: float = 0.0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom, in pixels."""
        return self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius


@dataclass(frozen=True)
class Scene:
    """Shapes and how they stand to each other.

    Args:
        relation: what the captions say about the places, one of `layouts.RELATIONS`.
        shapes: in the order in which the captions' first form names them, and later ones on top of earlier ones.
        captions: every sentence that describes the scene, all equally right.
        paint: seed of background, noise and shades.
    """

    relation: str
    shapes: tuple[PlacedShape, ...]
    captions: tuple[str, ...]
    paint: int
