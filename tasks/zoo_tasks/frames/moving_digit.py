"""A handwritten digit that moves over a picture whose opposite edges meet."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

EDGE = 20
"""Height and width of a frame, in pixels."""

STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
GROWTH = {"growing": 1, "shrinking": -1}

_SPEEDS = (2, 3)  # pixels a frame
_GROWTH_SPEEDS = (0.15, 0.25)  # of the way from the smallest to the largest, a frame
_WIDTHS = (6.0, 12.0)  # of the smallest digit and the largest, in pixels
_NOISE = 6.0  # standard deviation, of 255


def draw_clip(draw: random.Random, digit: np.ndarray, plan: Sequence[tuple[str, int]]) -> np.ndarray:
    """Draw the frames of a plan.

    Where the digit starts and how large are left to chance, a picture's opposite edges meet, and a digit that has
    grown to the largest width goes on growing from the smallest; so all places and widths are equally frequent
    whatever the motion, and one frame says nothing about it. A frame shows the digit after the motion of its label:
    what is between the frame before and this one is what the label says.

    Args:
        draw: of random numbers.
        digit: float [8, 8], 0 to 16.
        plan: motions with their numbers of frames.

    Returns:
        uint8 [T, 20, 20, 1].
    """
    from PIL import Image

    paper = Image.fromarray(np.pad(digit * (255 / 16), 4).astype(np.float32))  # [16, 16]
    x, y, size = draw.randrange(EDGE), draw.randrange(EDGE), draw.random()
    contrast, ground = draw.uniform(0.7, 0.8), draw.uniform(10, 40)
    frames = np.empty((sum(length for _, length in plan), EDGE, EDGE), np.float32)  # [T, 20, 20]
    now = 0
    for motion, length in plan:
        across, down = STEPS.get(motion, (0, 0))
        speed, growth = draw.choice(_SPEEDS), GROWTH.get(motion, 0) * draw.uniform(*_GROWTH_SPEEDS)
        for _ in range(length):
            x, y, size = x + across * speed, y + down * speed, (size + growth) % 1
            scale = 8 / (_WIDTHS[0] * (_WIDTHS[1] / _WIDTHS[0]) ** size)
            shift = 8 - scale * EDGE / 2
            drawn = paper.transform(
                (EDGE, EDGE),
                Image.Transform.AFFINE,
                (scale, 0, shift, 0, scale, shift),
                Image.Resampling.BILINEAR,
            )
            frames[now] = np.roll(np.asarray(drawn), (y, x), (0, 1))
            now += 1
    noise = np.random.default_rng(draw.getrandbits(64)).standard_normal(frames.shape, np.float32)
    frames = ground + contrast * frames + _NOISE * noise
    return np.clip(np.rint(frames), 0, 255).astype(np.uint8)[..., None]
