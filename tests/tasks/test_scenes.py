"""Drawn scenes: what the captions say is what the pixels show, and each split has combinations of its own."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest

from zoo.data.splitting.splits import Examples
from zoo_tasks.captioning.layouts import RELATIONS
from zoo_tasks.captioning.painting import PAINTS, paint_scene
from zoo_tasks.captioning.scene import COLOURS, EDGE, SHAPES, SIZES, Kind, PlacedShape, Scene
from zoo_tasks.captioning.scenes import Scenes, part_of_kind, part_of_kinds, part_of_pair, scenes

PARTS = ("train", "validation", "test")
KINDS = [Kind(*choice) for choice in product(SIZES, COLOURS, SHAPES)]
NAME = rf"a ((?:{'|'.join(SIZES)}) (?:{'|'.join(COLOURS)}) (?:{'|'.join(SHAPES)}))"


def drawn(part: str, count: int = 400) -> list[Scene]:
    examples = Scenes(part, count)
    return [examples.scene(index) for index in range(count)]


def test_seed_decides() -> None:
    first, again, other = (scenes(5, 5, 5, seed=seed) for seed in (1, 1, 2))
    for part in PARTS:
        for example, same, different in zip(
            getattr(first, part), getattr(again, part), getattr(other, part), strict=True
        ):
            np.testing.assert_array_equal(example["source"], same["source"])
            assert example["references"] == same["references"] and example["target"] == same["target"]
            assert not np.array_equal(example["source"], different["source"])


def test_any_order_and_any_process() -> None:
    """An example does not depend on which were drawn before, and the split holds no pixels."""
    examples = Scenes("train", 10_000)
    late = examples[9_999]
    copy = pickle.loads(pickle.dumps(examples))
    assert len(pickle.dumps(examples)) < 1000
    np.testing.assert_array_equal(copy[9_999]["source"], late["source"])
    np.testing.assert_array_equal(examples[-1]["source"], late["source"])
    assert isinstance(examples, Examples)
    assert len(list(Scenes("test", 7))) == 7
    with pytest.raises(IndexError, match="10000"):
        examples[10_000]


def test_types_and_ranges() -> None:
    for example in Scenes("validation", 50):
        assert example["source"].shape == (EDGE, EDGE, 3) and example["source"].dtype == np.uint8
        assert 3 <= len(set(example["references"])) == len(example["references"]) <= 5
        assert example["target"] in example["references"]


def test_every_combination_has_one_split() -> None:
    for part in PARTS:
        for scene in drawn(part):
            kinds = [shape.kind for shape in scene.shapes]
            found = {part_of_kind(kind) for kind in kinds}
            found |= {part_of_pair(*pair) for pair in combinations(set(kinds), 2)}
            assert part_of_kinds(tuple(kinds)) == part
            assert found == {"train"} if part == "train" else part in found
            assert part == "test" or "test" not in found


def test_held_out_shapes_are_known_in_all_other_ways() -> None:
    """Every size of every shape is held out in one colour, and that colour is known of it in the other size."""
    parts = {kind: part_of_kind(kind) for kind in KINDS}
    assert Counter(parts.values()) == {"train": 96, "validation": 16, "test": 16}
    for size, shape in product(SIZES, SHAPES):
        assert sorted(parts[Kind(size, colour, shape)] for colour in COLOURS).count("test") == 1
    for kind in (kind for kind, part in parts.items() if part == "test"):
        other = SIZES[1 - SIZES.index(kind.size)]
        assert parts[Kind(other, kind.colour, kind.shape)] == "train"


def test_no_caption_of_test_is_in_training() -> None:
    seen = {caption for scene in drawn("train", 3000) for caption in scene.captions}
    assert not seen & {caption for part in PARTS[1:] for scene in drawn(part) for caption in scene.captions}


def test_all_relations_occur_in_every_split() -> None:
    for part in PARTS:
        counts = Counter(scene.relation for scene in drawn(part, 1000))
        for relation, weight in RELATIONS.items():
            assert counts[relation] / 1000 == pytest.approx(weight / sum(RELATIONS.values()), abs=0.05)


def test_shapes_lie_in_the_image_and_apart() -> None:
    for scene in drawn("train"):
        for shape in scene.shapes:
            left, top, right, bottom = shape.box
            assert left >= 1 and top >= 1 and right <= EDGE - 1 and bottom <= EDGE - 1
            assert shape.radius < 7 if shape.kind.size == "small" else shape.radius > 9
        for one, two in combinations(scene.shapes, 2):
            apart = np.hypot(one.x - two.x, one.y - two.y) - one.radius - two.radius
            assert apart > 0 or scene.relation == "inside"


def test_pixels_show_the_colours_where_the_scene_says() -> None:
    for scene in drawn("test", 150):
        image = paint_scene(scene).astype(int)
        for shape in scene.shapes[::-1][:1] if scene.relation == "inside" else scene.shapes:
            offset = 0.81 * shape.radius if shape.kind.shape == "ring" else 0
            pixel = image[int(shape.y), int(shape.x + offset)]
            assert np.abs(pixel - PAINTS[shape.kind.colour]).max() < 60, (scene, pixel)
    assert {len(scene.shapes) for scene in drawn("test", 150)} == {1, 2, 3}


def find(scene: Scene, name: str) -> PlacedShape:
    (shape,) = (shape for shape in scene.shapes if shape.kind.name == name)
    return shape


CHECKS = {
    rf"{NAME} to the left of {NAME}": lambda a, b: a.x < b.x and abs(a.y - b.y) < abs(a.x - b.x),
    rf"{NAME} to the right of {NAME}": lambda a, b: a.x > b.x and abs(a.y - b.y) < abs(a.x - b.x),
    rf"{NAME} with {NAME} to its right": lambda a, b: b.x > a.x,
    rf"to the right of {NAME} is {NAME}": lambda a, b: b.x > a.x,
    rf"{NAME} on the left and {NAME} on the right": lambda a, b: a.x < b.x,
    rf"{NAME} above {NAME}": lambda a, b: a.y < b.y and abs(a.x - b.x) < abs(a.y - b.y),
    rf"{NAME} below {NAME}": lambda a, b: a.y > b.y and abs(a.x - b.x) < abs(a.y - b.y),
    rf"{NAME} with {NAME} above it": lambda a, b: b.y < a.y,
    rf"{NAME} with {NAME} below it": lambda a, b: b.y > a.y,
    rf"{NAME} inside {NAME}": lambda a, b: np.hypot(a.x - b.x, a.y - b.y) + a.radius < b.radius,
    rf"{NAME} around {NAME}": lambda a, b: np.hypot(a.x - b.x, a.y - b.y) + b.radius < a.radius,
    rf"{NAME} between {NAME} and {NAME}": lambda a, b, c: b.x < a.x < c.x,
    rf"{NAME}, {NAME} and {NAME} from left to right": lambda a, b, c: a.x < b.x < c.x,
    rf"{NAME}, {NAME} and {NAME} from top to bottom": lambda a, b, c: a.y < b.y < c.y,
    rf"{NAME} with {NAME} (?:above|below) it and {NAME} to its left": lambda a, b, c: c.x < a.x,
    rf"{NAME} with {NAME} (?:above|below) it and {NAME} to its right": lambda a, b, c: c.x > a.x,
    rf"{NAME} below and {NAME} to the left of {NAME}": lambda a, b, c: a.y > c.y and b.x < c.x,
    rf"{NAME} above and {NAME} to the right of {NAME}": lambda a, b, c: a.y < c.y and b.x > c.x,
    rf"{NAME} in the top left corner": lambda a: a.x < 24 and a.y < 24,
    rf"{NAME} in the bottom right corner": lambda a: a.x > 40 and a.y > 40,
    rf"{NAME} in the middle$": lambda a: 27 < a.x < 37 and 27 < a.y < 37,
}


def test_captions_are_true() -> None:
    """Read the captions back, and measure."""
    checked: Counter[str] = Counter()
    for scene in drawn("train", 1500):
        for caption in scene.captions:
            for pattern, true in CHECKS.items():
                if match := re.search(pattern, caption):
                    assert true(*(find(scene, name) for name in match.groups())), (caption, scene)
                    checked[pattern] += 1
    assert set(checked) == set(CHECKS)


def test_captions_of_shapes_alike() -> None:
    for scene in (scene for scene in drawn("train", 600) if scene.relation == "alike"):
        wide = np.ptp([shape.x for shape in scene.shapes]) > np.ptp([shape.y for shape in scene.shapes])
        number = {2: "two", 3: "three"}[len(scene.shapes)]
        across = {2: "side by side", 3: "in a row"} if wide else {2: "one above the other", 3: "in a column"}
        assert f"{number} {scene.shapes[0].kind.plural} {across[len(scene.shapes)]}" in scene.captions
        assert len({shape.kind for shape in scene.shapes}) == 1
    assert Kind("small", "red", "cross").plural == "small red crosses"
