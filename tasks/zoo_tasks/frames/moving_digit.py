"""A handwritten digit that moves over an image whose opposite edges meet."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

EDGE = 20
"""Height and width of a frame, in pixels."""

STEPS = {
    **{"still": (0, 0), "left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)},
    **{"up-left": (-1, -1), "up-right": (1, -1), "down-left": (-1, 1), "down-right": (1, 1)},
}
"""Which way each motion goes: to the right and downward."""

_SPEEDS = (2, 3)  # pixels a frame in either direction
_WIDTHS = (8.0, 11.0)  # of the digit, in pixels
_NOISE = 6.0  # standard deviation, of 255


def draw_clip(draw: random.Random, digit: np.ndarray, plan: Sequence[tuple[str, int]]) -> np.ndarray:
    """Draw the frames of a plan.

    Where the digit starts is left to chance and an image's opposite edges meet, so all places are equally frequent
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
    x, y, scale = draw.randrange(EDGE), draw.randrange(EDGE), 8 / draw.uniform(*_WIDTHS)
    shift = 8 - scale * EDGE / 2
    moved = (scale, 0, shift, 0, scale, shift)
    drawn = np.asarray(paper.transform((EDGE, EDGE), Image.Transform.AFFINE, moved, Image.Resampling.BILINEAR))
    contrast, ground = draw.uniform(0.7, 0.8), draw.uniform(10, 40)
    frames = np.empty((sum(length for _, length in plan), EDGE, EDGE), np.float32)  # [T, 20, 20]
    now = 0
    for motion, length in plan:
        across, down = STEPS[motion]
        speed = draw.choice(_SPEEDS)
        for _ in range(length):
            x, y = x + across * speed, y + down * speed
            frames[now] = np.roll(drawn, (y, x), (0, 1))
            now += 1
    noise = np.random.default_rng(draw.getrandbits(64)).standard_normal(frames.shape, np.float32)
    frames = ground + contrast * frames + _NOISE * noise
    return np.clip(np.rint(frames), 0, 255).astype(np.uint8)[..., None]
