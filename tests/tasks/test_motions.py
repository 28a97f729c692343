"""Moving digits: one frame says nothing, two say all, and each split has digits and changes of its own."""

from __future__ import annotations

import pickle
import random
from collections import Counter
from itertools import pairwise, permutations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from threadpoolctl import threadpool_limits

from zoo.data.splitting.splits import Examples
from zoo_tasks.frames.motion_plan import LONGEST, MOTIONS, SHORTEST, part_of_change, part_of_plan
from zoo_tasks.frames.motions import Motions, images_of, motions
from zoo_tasks.frames.moving_digit import EDGE, STEPS, draw_clip

PARTS = ("train", "validation", "test")


def test_seed_decides() -> None:
    first, again, other = (motions(3, 3, 3, seed=seed) for seed in (1, 1, 2))
    for part in PARTS:
        for example, same, different in zip(
            getattr(first, part), getattr(again, part), getattr(other, part), strict=True
        ):
            np.testing.assert_array_equal(example["source"], same["source"])
            assert example["target"] == same["target"]
            assert not np.array_equal(example["source"], different["source"])


def test_any_order_and_any_process() -> None:
    """An example does not depend on which were drawn before, and the split holds no pixels."""
    examples = Motions("train", 10_000)
    late = examples[9_999]
    copy = pickle.loads(pickle.dumps(examples))
    assert len(pickle.dumps(examples)) < 1000
    np.testing.assert_array_equal(copy[9_999]["source"], late["source"])
    np.testing.assert_array_equal(examples[-1]["source"], late["source"])
    assert isinstance(examples, Examples)
    assert len(list(Motions("test", 4))) == 4
    with pytest.raises(IndexError, match="10000"):
        examples[10_000]


def test_types_and_ranges() -> None:
    for index, example in enumerate(Motions("validation", 30)):
        clip, labels = example["source"], example["target"]
        assert clip.dtype == np.uint8 and clip.shape == (len(labels), EDGE, EDGE, 1)
        assert SHORTEST <= len(labels) <= LONGEST
        assert clip.min() < 60 < 120 < clip.max()
        assert labels == [motion for motion, length in Motions("validation", 30).plan(index)[2] for _ in range(length)]


def test_segments() -> None:
    lengths: Counter[int] = Counter()
    for index in range(300):
        plan = Motions("train", 300).plan(index)[2]
        lengths.update(length for _, length in plan)
        assert all(first != second for (first, _), (second, _) in pairwise(plan))
    assert min(lengths) == 4 and max(lengths) <= 15 and len(lengths) > 6


def test_each_split_has_changes_of_its_own() -> None:
    for part in PARTS:
        examples = Motions(part, 300)
        for index in range(300):
            digit, image, plan = examples.plan(index)
            names = [motion for motion, _ in plan]
            found = {part_of_change(digit, *change) for change in pairwise(names)}
            assert part_of_plan(digit, names) == part
            assert found == {"train"} if part == "train" else part in found
            assert image in images_of(digit, part)


def test_each_digit_keeps_one_change_from_each_motion_for_test() -> None:
    for digit in range(10):
        parts = {change: part_of_change(digit, *change) for change in permutations(MOTIONS, 2)}
        for place in (0, 1):
            for part, wanted in {"train": 54, "validation": 9, "test": 9}.items():
                counts = Counter(change[place] for change, other in parts.items() if other == part)
                assert set(counts) == set(MOTIONS) and sum(counts.values()) == wanted and len(set(counts.values())) == 1


def test_handwriting_is_divided() -> None:
    images = [set(images_of(digit, part)) for digit in range(10) for part in PARTS]
    assert all(images)
    assert sum(map(len, images)) == len(set().union(*images)) == 1797


@pytest.mark.parametrize("part", PARTS)
def test_labels_are_balanced(part: str) -> None:
    counts: Counter[str] = Counter()
    for index in range(1500):
        for motion, length in Motions(part, 1500).plan(index)[2]:
            counts[motion] += length
    assert {motion: count / counts.total() for motion, count in counts.items()} == pytest.approx(
        dict.fromkeys(MOTIONS, 1 / 9), abs=0.02
    )


def test_steps_go_where_their_names_say() -> None:
    """The digit comes in whole steps of two or three pixels, and stands still exactly."""
    digit = np.zeros((8, 8))
    digit[3:5, 3:5] = 16
    for motion, (across, down) in STEPS.items():
        clip = draw_clip(random.Random(4), digit, [(motion, 6)])[..., 0].astype(float)  # [6, H, W]
        for before, after in pairwise(clip):
            errors = {
                speed: np.abs(np.roll(before, (down * speed, across * speed), (0, 1)) - after).mean()
                for speed in range(5)
            }
            best = min(errors, key=errors.__getitem__)
            assert best in ((2, 3) if motion != "still" else range(5))
            assert errors[best] < 15


def features(clip: np.ndarray) -> np.ndarray:
    """What tells from two frames how a digit moved: their correlation at near displacements: [T - 1, 49].

    Args:
        clip: float [T, H, W].
    """
    before, after = (np.fft.fft2(frames - frames.mean((1, 2), keepdims=True)) for frames in (clip[:-1], clip[1:]))
    correlation = np.fft.ifft2(after * before.conj()).real  # [T - 1, H, W]
    near = np.roll(correlation, (3, 3), (1, 2))[:, :7, :7].reshape(len(before), -1)
    return near / np.abs(near).max(1, keepdims=True)


def clips(part: str, count: int) -> tuple[list[np.ndarray], list[list[str]]]:
    examples = list(Motions(part, count))
    return [example["source"][..., 0].astype(np.float32) for example in examples], [
        example["target"] for example in examples
    ]


@threadpool_limits.wrap(limits=1)  # small matrices: more threads only wait for each other
def test_one_frame_says_nothing_and_two_say_all() -> None:
    (images, labels), (test_images, test_labels) = clips("train", 100), clips("test", 40)

    def single(frames: list[np.ndarray]) -> np.ndarray:
        """Frames at half their size, one a row: [N, H W / 4]."""
        half = EDGE // 2
        return np.concatenate(frames).reshape(-1, half, 2, half, 2).mean((2, 4)).reshape(-1, half * half) / 255

    truth, test_truth = np.concatenate(labels), np.concatenate(test_labels)
    for model in (LogisticRegression(max_iter=30, tol=1e-2), KNeighborsClassifier(5)):
        accuracy = model.fit(single(images), truth).score(single(test_images), test_truth)
        assert accuracy < 1 / 9 + 0.05, f"{type(model).__name__} tells the motion from one frame: {accuracy:.3f}"

    def follow(frames: list[np.ndarray]) -> np.ndarray:
        return np.concatenate([features(clip) for clip in frames])

    def rest(labels: list[list[str]]) -> np.ndarray:
        return np.concatenate([row[1:] for row in labels])

    differences = LogisticRegression(max_iter=100).fit(follow(images), rest(labels))
    assert differences.score(follow(test_images), rest(test_labels)) > 0.97
