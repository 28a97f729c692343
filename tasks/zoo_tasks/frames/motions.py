"""The default clips: moving digits, with what the motion is at each frame; pixels are made when asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import numpy as np

from zoo.data import Splits
from zoo_tasks.frames.motion_plan import draw_plan
from zoo_tasks.frames.moving_digit import draw_clip

_TENTH = 10  # one handwritten image of so many for validation, and one for test


def motions(train: int = 2_000, validation: int = 200, test: int = 300, seed: int = 0) -> Splits:
    """Draw clips of 20 to 60 frames of a digit that stands still or moves in one of eight directions.

    A tenth of the handwritten digits is kept for each held-out split, and so is one of the eight changes that each
    digit can make from each motion; a training clip never shows them, a test clip always does.

    Args:
        train: how many clips to learn from.
        validation: how many to validate on.
        test: how many to test on.
        seed: of the draws; what is held out does not depend on it.

    Returns:
        Splits of `Motions`.
    """
    return Splits(Motions("train", train, seed), Motions("validation", validation, seed), Motions("test", test, seed))


class Motions:
    """Examples `{"source": clip, "target": motions}`, drawn on demand.

    `source` is uint8 [T, 20, 20, 1], `target` a list of T of MOTIONS: what the digit did since the frame before; the
    first frame has the label of the second.

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

    def __iter__(self) -> Iterator[dict[str, object]]:
        return (self[index] for index in range(self.count))

    def __getitem__(self, index: int) -> dict[str, object]:
        _, image, plan, draw = self._plan(index)
        clip = draw_clip(draw, _digits()[0][image], plan)
        return {"source": clip, "target": [motion for motion, length in plan for _ in range(length)]}

    def plan(self, index: int) -> tuple[int, int, list[tuple[str, int]]]:
        """Return the plan of an example, without drawing it.

        Args:
            index: the example's place.

        Returns:
            The digit, the number of its handwritten image, and the motions with their numbers of frames.

        Raises:
            IndexError: there is no such example.
        """
        digit, image, plan, _ = self._plan(index)
        return digit, image, plan

    def _plan(self, index: int) -> tuple[int, int, list[tuple[str, int]], random.Random]:
        if not -self.count <= index < self.count:
            raise IndexError(f"there are {self.count} clips, and no number {index}")
        draw = random.Random(f"motions {self.seed} {self.part} {index % self.count}")
        digit = draw.randrange(10)
        image = draw.choice(images_of(digit, self.part))
        return digit, image, draw_plan(draw, digit, self.part), draw


@cache
def images_of(digit: int, part: str) -> tuple[int, ...]:
    """Numbers of the handwritten images of a digit that belong to a split; see `sklearn.datasets.load_digits`."""
    found = np.flatnonzero(_digits()[1] == digit).tolist()
    turns = {"test": (0,), "validation": (1,)}.get(part, range(2, _TENTH))
    return tuple(image for turn, image in enumerate(found) if turn % _TENTH in turns)


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    """Images float [1797, 8, 8], 0 to 16, and their digits int [1797]."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    return digits.images, digits.target
