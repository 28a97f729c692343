"""The default images: whose digits, where they stand, and what lies around them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import zoo
from zoo_glimpse.canvas import Canvas, Placed, placed
from zoo_glimpse.digits import digits


def test_splits_share_no_digit():
    splits = digits()
    seen = [{example["source"].tobytes() for example in examples} for _, examples in splits.items()]
    assert [len(examples) for _, examples in splits.items()] == [1429, 183, 185]
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])
    for _, examples in splits.items():
        counts = Counter(example["target"] for example in examples)
        assert len(counts) == 10 and max(counts.values()) < 1.2 * min(counts.values())
    assert splits.train[0]["source"].dtype == np.uint8 and splits.train[0]["source"].max() > 200


def test_examples_are_drawn_when_asked_for_and_depend_on_the_seed_alone():
    canvas = Canvas(40, 2.0, clutter=3)
    first, again, other = (placed(digits(), canvas, seed, train=2000) for seed in (1, 1, 2))
    assert [len(examples) for _, examples in first.items()] == [2000, 250, 250]
    for place in (1999, 0, -1):
        example = first.train[place]
        assert example["source"].shape == (40, 40) and example["source"].dtype == np.uint8
        np.testing.assert_array_equal(example["source"], again.train[place]["source"])
        assert not np.array_equal(example["source"], other.train[place]["source"])
    assert not np.array_equal(first.train[0]["source"], first.validation[0]["source"])
    with pytest.raises(IndexError, match="2000"):
        first.train[2000]
    assert [one["target"] for one in first.train[1429:1437]] == [one["target"] for one in first.train[:8]]


def test_the_image_is_there_whole_anywhere_and_clutter_around_it():
    block = [{"source": np.full((6, 5), 200, np.uint8), "target": "block"}]
    plain = Placed(block, Canvas(20, clutter=0), 400, "x")
    corners = set()
    for example in plain:
        ink = example["source"] == 200
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        assert ink.sum() == 30 and np.ptp(rows) == 5 and np.ptp(columns) == 4
        corners.add((int(rows[0]), int(columns[0])))
    assert {row for row, _ in corners} == set(range(15)) and {column for _, column in corners} == set(range(16))
    cluttered = Placed(block, Canvas(20, clutter=5, piece=3), 50, "x")
    assert np.mean([(example["source"] == 200).sum() for example in cluttered]) > 45
    with pytest.raises(zoo.UsageError, match=r"data.canvas=5 is too small for an image of 6 by 5 pixels"):
        Placed(block, Canvas(5), 1, "x")[0]


def test_a_folder_of_images_for_each_class(tmp_path: Path):
    from PIL import Image

    from zoo_glimpse.task import Glimpse

    draw = np.random.default_rng(0)
    for number in range(30):
        (tmp_path / "ab"[number % 2]).mkdir(exist_ok=True)
        pixels = draw.integers(0, 256, (9, 7, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / "ab"[number % 2] / f"{number}.png")
    settings = Glimpse.Settings()
    settings.data.source, settings.data.validation, settings.data.test = str(tmp_path), 0.2, 0.2
    for colour, canvas, shape in ((False, 0, (9, 7)), (True, 0, (9, 7, 3)), (False, 12, (12, 12))):
        settings.picture.colour, settings.data.canvas = colour, canvas
        splits = Glimpse(settings).splits()
        assert sum(len(examples) for _, examples in splits.items()) == 30 and len(splits.test) > 1
        assert splits.train[0]["source"].shape == shape and {one["target"] for one in splits.train} == {"a", "b"}
    settings.picture.colour = True
    with pytest.raises(zoo.UsageError, match="data.canvas needs grey images"):
        Glimpse(settings).splits()
    settings.data.canvas = 0
    for content, problem in ((b"abc", "not an image"), ((tmp_path / "a" / "0.png").read_bytes()[:90], "is damaged")):
        (tmp_path / "b" / "x.png").write_bytes(content)
        with pytest.raises(zoo.ZooError, match=rf"b/x.png: .*{problem}"):
            Glimpse(settings).splits()
    settings.data.on_error = "skip"
    assert "skipped 1 example; the first: b/x.png" in Glimpse(settings).splits().notes[0]
