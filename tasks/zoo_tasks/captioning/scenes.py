"""The default images: shapes drawn by rule, with the captions that follow from it; pixels are made when asked for."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping

from zoo.data import Splits, split_share
from zoo_tasks.captioning.layouts import RELATIONS, draw_layout, shapes_of
from zoo_tasks.captioning.painting import paint_scene
from zoo_tasks.captioning.scene import COLOURS, SHAPES, SIZES, Kind, Scene

HELD_OUT_PAIRS = 0.06
"""Share of the pairs of two coloured shapes that only the test split shows together, and again that validation does."""

_NAMES = ("source", "target", "references")


def scenes(train: int = 24_000, validation: int = 500, test: int = 1_000, seed: int = 0) -> Splits:
    """Draw scenes of one to three shapes, and describe them.

    Every size of every shape is held out in one of eight colours for the test split and in another for validation, and
    so are some pairs of coloured shapes; a training image never shows them, a test image always shows one.

    Args:
        train: how many images to learn from.
        validation: how many to validate on.
        test: how many to test on.
        seed: of the draws; what is held out does not depend on it.

    Returns:
        Splits of `Scenes`.
    """
    return Splits(Scenes("train", train, seed), Scenes("validation", validation, seed), Scenes("test", test, seed))


class DrawnScene(Mapping[str, object]):
    """An example: `source`, uint8 [64, 64, 3], `references`, all right captions, and `target`, one of them.

    The image is painted when it is read, since many who look at examples only want the captions.

    Args:
        scene: what it shows.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def __getitem__(self, name: str) -> object:
        captions = self.scene.captions
        if name == "source":
            return paint_scene(self.scene)
        if name == "target":
            return captions[self.scene.paint % len(captions)]
        if name == "references":
            return list(captions)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)

    def __contains__(self, name: object) -> bool:
        return name in _NAMES


class Scenes:
    """Examples, composed on demand.

    Args:
        part: `train`, `validation` or `test`.
        count: how many.
        seed: of the draws.
    """

    def __init__(self, part: str, count: int, seed: int = 0) -> None:
        self.part = part
        self.count = count
        self.seed = seed

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[DrawnScene]:
        return (self[index] for index in range(self.count))

    def __getitem__(self, index: int) -> DrawnScene:
        return DrawnScene(self.scene(index))

    def scene(self, index: int) -> Scene:
        """What an example shows and where, in pixels, without drawing it.

        Args:
            index: the example's place.

        Returns:
            The scene; `scene.shapes` have their centres and radii.

        Raises:
            IndexError: there is no such example.
        """
        if not -self.count <= index < self.count:
            raise IndexError(f"there are {self.count} scenes, and no number {index}")
        draw = random.Random(f"scenes {self.seed} {self.part} {index % self.count}")
        # The relation is drawn before anything is turned down, or scenes of one shape would be rare in test.
        relation = draw.choices(list(RELATIONS), list(RELATIONS.values()))[0]
        while True:
            kinds = _draw_kinds(draw, relation)
            if part_of_kinds(kinds) != self.part:
                continue
            layout = draw_layout(draw, relation, kinds)
            if layout:
                shapes, captions = layout
                return Scene(relation, tuple(shapes), tuple(captions), draw.getrandbits(32))


def part_of_kinds(kinds: tuple[Kind, ...]) -> str:
    """The split that an image of these shapes belongs to."""
    parts = [part_of_kind(kind) for kind in kinds]
    parts += [part_of_pair(*pair) for pair in itertools.combinations(sorted(set(kinds)), 2)]
    return next((part for part in ("test", "validation") if part in parts), "train")


def part_of_kind(kind: Kind) -> str:
    """The split that a combination of size, colour and shape belongs to."""
    rest = (COLOURS.index(kind.colour) + 3 * SHAPES.index(kind.shape) + SIZES.index(kind.size)) % len(COLOURS)
    return {0: "test", 4: "validation"}.get(rest, "train")


def part_of_pair(first: Kind, second: Kind) -> str:
    """The split that two coloured shapes in one image belong to, whatever their sizes."""
    names = sorted(f"{kind.colour} {kind.shape}" for kind in (first, second))
    share = split_share("/".join(names), salt="scenes")
    return "test" if share < HELD_OUT_PAIRS else "validation" if share < 2 * HELD_OUT_PAIRS else "train"


def _draw_kinds(draw: random.Random, relation: str) -> tuple[Kind, ...]:
    """Shapes that differ from each other, unless they are to be alike."""
    count = shapes_of(draw, relation)
    if relation == "alike":
        size = "small" if count == 3 else draw.choice(SIZES)
        return (Kind(size, draw.choice(COLOURS), draw.choice(SHAPES)),) * count
    while True:
        kinds = tuple(Kind(draw.choice(SIZES), draw.choice(COLOURS), draw.choice(SHAPES)) for _ in range(count))
        if len(set(kinds)) == count:
            return kinds
