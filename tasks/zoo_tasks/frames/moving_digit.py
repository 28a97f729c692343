"""A handwritten digit that moves over a picture whose opposite edges meet."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

EDGE = 32
"""Height and width of a frame, in pixels."""

STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
TURNS = {"clockwise": -1, "anticlockwise": 1}

_SPEEDS = (2, 3)  # pixels a frame
_TURN_SPEEDS = (15.0, 30.0)  # degrees a frame
_WIDTH = 16  # of the digit, in pixels
_NOISE = 6.0  # standard deviation, of 255


def draw_clip(draw: random.Random, digit: np.ndarray, plan: Sequence[tuple[str, int]]) -> np.ndarray:
    """Draw the frames of a plan.

    Where the digit starts and how it is turned are left to chance, and a picture's opposite edges meet; so one frame
    says nothing about the motion. A frame shows the digit after the motion of its label: what is between the frame
    before and this one is what the label says.

    Args:
        draw: of random numbers.
        digit: float [8, 8], 0 to 16.
        plan: motions with their numbers of frames.

    Returns:
        uint8 [T, 32, 32, 1].
    """
    from PIL import Image

    sprite = Image.fromarray((digit * (255 / 16)).astype(np.float32))
    sprite = sprite.resize((_WIDTH, _WIDTH), Image.Resampling.BICUBIC)
    paper = Image.new("F", (EDGE, EDGE))
    paper.paste(sprite, ((EDGE - _WIDTH) // 2, (EDGE - _WIDTH) // 2))
    x, y, angle = draw.randrange(EDGE), draw.randrange(EDGE), draw.uniform(0, 360)
    contrast, ground = draw.uniform(0.6, 0.8), draw.uniform(10, 50)
    frames = np.empty((sum(length for _, length in plan), EDGE, EDGE), np.float32)  # [T, 32, 32]
    now = 0
    for motion, length in plan:
        across, down = STEPS.get(motion, (0, 0))
        speed, turn = draw.choice(_SPEEDS), TURNS.get(motion, 0) * draw.uniform(*_TURN_SPEEDS)
        for _ in range(length):
            x, y, angle = x + across * speed, y + down * speed, angle + turn
            turned = np.asarray(paper.rotate(angle, Image.Resampling.BILINEAR))
            frames[now] = np.roll(turned, (y, x), (0, 1))
            now += 1
    noise = np.random.default_rng(draw.getrandbits(64)).standard_normal(frames.shape, np.float32)
    frames = ground + contrast * frames + _NOISE * noise
    return np.clip(np.rint(frames), 0, 255).astype(np.uint8)[..., None]
