"""Arranges the shapes of a scene, and describes it."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from zoo_tasks.captioning.scene import EDGE, Kind, PlacedShape

RADII = {"small": (4.5, 6.2), "large": (9.4, 12.2)}
CONTAINERS = ("circle", "square", "ring")
RELATIONS = {"alone": 3, "beside": 4, "above": 4, "inside": 3, "row": 2, "column": 2, "corner": 2, "alike": 2}
"""How often each relation is drawn."""

_MARGIN = 2.0  # pixels between a shape and the edge
_PLACES = {
    "in the middle": (1, 1),
    "in the top left corner": (0, 0),
    "in the top right corner": (2, 0),
    "in the bottom left corner": (0, 2),
    "in the bottom right corner": (2, 2),
}
_NUMBERS = {2: "two", 3: "three"}

Layout = tuple[list[PlacedShape], list[str]]


def draw_layout(draw: random.Random, relation: str, kinds: Sequence[Kind]) -> Layout | None:
    """Place shapes in a relation.

    Args:
        draw: of random numbers.
        relation: one of RELATIONS.
        kinds: what the shapes look like, as many as `shapes_of` says; all different unless they are "alike".

    Returns:
        The shapes and the captions; None where these do not fit into the image.
    """
    if relation == "alone":
        return _alone(draw, kinds[0])
    if relation == "inside":
        return _inside(draw, *kinds)
    if relation == "corner":
        return _corner(draw, *kinds)
    return _line(draw, relation, kinds)


def shapes_of(draw: random.Random, relation: str) -> int:
    """How many shapes a relation takes."""
    if relation == "alone":
        return 1
    if relation in ("row", "column", "corner"):
        return 3
    return draw.choice((2, 3)) if relation == "alike" else 2


def _shape(draw: random.Random, kind: Kind, x: float, y: float, radius: float) -> PlacedShape:
    return PlacedShape(kind, round(x, 2), round(y, 2), round(radius, 2), round(draw.uniform(-8, 8), 1))


def _alone(draw: random.Random, kind: Kind) -> Layout:
    place, (column, row) = draw.choice(list(_PLACES.items()))
    radius = draw.uniform(*RADII[kind.size])
    near = radius + _MARGIN

    def along(third: int) -> float:
        if third == 1:
            return draw.uniform(EDGE / 2 - 4, EDGE / 2 + 4)
        offset = draw.uniform(near, near + 4)
        return offset if third == 0 else EDGE - offset

    a = f"a {kind.name}"
    captions = [f"{a} {place}", f"there is {a} {place}", f"{place} is {a}", f"a picture of {a} {place}"]
    return [_shape(draw, kind, along(column), along(row), radius)], captions


def _inside(draw: random.Random, inner: Kind, outer: Kind) -> Layout | None:
    if (inner.size, outer.size) != ("small", "large") or outer.shape not in CONTAINERS or inner.colour == outer.colour:
        return None
    radius = draw.uniform(13, 16)
    x, y = (draw.uniform(radius + _MARGIN, EDGE - radius - _MARGIN) for _ in range(2))
    placed = [
        _shape(draw, outer, x, y, radius),
        _shape(draw, inner, x + draw.uniform(-1.5, 1.5), y + draw.uniform(-1.5, 1.5), draw.uniform(4.5, 5.5)),
    ]
    a, b = f"a {inner.name}", f"a {outer.name}"
    return placed, [f"{a} inside {b}", f"{b} with {a} inside it", f"inside {b} is {a}", f"{b} around {a}"]


def _line(draw: random.Random, relation: str, kinds: Sequence[Kind]) -> Layout | None:
    """Two or three shapes from left to right or from top to bottom."""
    across = relation in ("beside", "row") or (relation == "alike" and draw.random() < 0.5)
    radii = [draw.uniform(*RADII[kind.size]) for kind in kinds]
    if 2 * sum(radii) + 4 * (len(kinds) - 1) > EDGE - 2 * _MARGIN:
        radii = [RADII[kind.size][0] for kind in kinds]
    room = EDGE - 2 * _MARGIN - 2 * sum(radii) - 3 * (len(kinds) - 1)
    if room < 0:
        return None
    gap = 3 + draw.uniform(0, min(12.0, room / (len(kinds) - 1)))
    length = 2 * sum(radii) + gap * (len(kinds) - 1)
    position = draw.uniform(_MARGIN, EDGE - _MARGIN - length)
    most = max(radii) + _MARGIN
    level = draw.uniform(most, EDGE - most)
    placed = []
    for kind, radius in zip(kinds, radii, strict=True):
        beside = min(max(level + draw.uniform(-3, 3), radius + _MARGIN), EDGE - radius - _MARGIN)
        x, y = (position + radius, beside) if across else (beside, position + radius)
        placed.append(_shape(draw, kind, x, y, radius))
        position += 2 * radius + gap
    if relation == "alike":
        return placed, _captions_alike(kinds[0].plural, len(kinds), across)
    return placed, _captions_in_line([f"a {kind.name}" for kind in kinds], across)


def _captions_in_line(names: Sequence[str], across: bool) -> list[str]:
    if len(names) == 2:
        a, b = names
        if across:
            return [
                f"{a} to the left of {b}",
                f"{b} to the right of {a}",
                f"{a} on the left and {b} on the right",
                f"{a} with {b} to its right",
                f"to the right of {a} is {b}",
            ]
        return [
            f"{a} above {b}",
            f"{b} below {a}",
            f"{a} at the top and {b} underneath",
            f"{b} with {a} above it",
            f"below {a} is {b}",
        ]
    a, m, c = names
    if across:
        return [
            f"{m} between {a} and {c}",
            f"{a}, {m} and {c} from left to right",
            f"{a} on the left, {m} in the middle and {c} on the right",
            f"{m} with {a} to its left and {c} to its right",
        ]
    return [
        f"{m} between {a} above and {c} below",
        f"{a}, {m} and {c} from top to bottom",
        f"{a} at the top, {m} in the middle and {c} at the bottom",
        f"{m} with {a} above it and {c} below it",
    ]


def _captions_alike(plural: str, count: int, across: bool) -> list[str]:
    number = _NUMBERS[count]
    if count == 2:
        how = ("side by side", "next to each other") if across else ("one above the other", "in a column")
        return [f"{number} {plural} {how[0]}", f"{number} {plural} {how[1]}", f"a pair of {plural} {how[0]}"]
    line = "row" if across else "column"
    how_many = "next to each other" if across else "one above the other"
    return [f"{number} {plural} in a {line}", f"a {line} of {number} {plural}", f"{number} {plural} {how_many}"]


def _corner(draw: random.Random, first: Kind, second: Kind, third: Kind) -> Layout | None:
    """The second above or below the first, the third to its left or right."""
    radii = [draw.uniform(*RADII[kind.size]) for kind in (first, second, third)]
    down, right = draw.choice((-1, 1)), draw.choice((-1, 1))
    gap = draw.uniform(3, 8)
    dy = down * (radii[0] + radii[1] + gap)
    dx = right * (radii[0] + radii[2] + gap)
    offsets = [(0.0, 0.0), (draw.uniform(-2, 2), dy), (dx, draw.uniform(-2, 2))]
    if math.dist(offsets[1], offsets[2]) < radii[1] + radii[2] + 2:
        return None
    centre = []
    for axis in (0, 1):
        low = min(offset[axis] - radius for offset, radius in zip(offsets, radii, strict=True))
        high = max(offset[axis] + radius for offset, radius in zip(offsets, radii, strict=True))
        if high - low > EDGE - 2 * _MARGIN:
            return None
        centre.append(draw.uniform(_MARGIN - low, EDGE - _MARGIN - high))
    placed = [
        _shape(draw, kind, centre[0] + x, centre[1] + y, radius)
        for kind, (x, y), radius in zip((first, second, third), offsets, radii, strict=True)
    ]
    a, b, c = (f"a {kind.name}" for kind in (first, second, third))
    above, under = ("above", "below") if down > 0 else ("below", "above")
    left, other = ("left", "right") if right > 0 else ("right", "left")
    captions = [
        f"{a} {above} {b} and to the {left} of {c}",
        f"{a} to the {left} of {c} and {above} {b}",
        f"{a} with {b} {under} it and {c} to its {other}",
        f"{b} {under} and {c} to the {other} of {a}",
    ]
    return placed, captions
