"""Plans of a digit's motions, with some changes of motion held out."""

from __future__ import annotations

import random
from collections.abc import Sequence

MOTIONS = ("still", "left", "right", "up", "down", "up-left", "up-right", "down-left", "down-right")

SHORTEST, LONGEST = 20, 60
"""Frames of a clip."""

_SEGMENT = (4, 12)  # frames of one motion; the last one of a clip may take up to three more


def part_of_change(digit: int, before: str, after: str) -> str:
    """The split that a digit's change from one motion to another belongs to: one in eight is for test.

    Args:
        digit: 0 to 9.
        before: one of MOTIONS.
        after: another one.

    Returns:
        `train`, `validation` or `test`.
    """
    # The same step for every `before`, so that the changes of one digit that are left lead to every motion equally.
    step = (MOTIONS.index(after) - MOTIONS.index(before)) % len(MOTIONS)
    changes = len(MOTIONS) - 1
    return {1 + digit % changes: "test", 1 + (digit + 3) % changes: "validation"}.get(step, "train")


def part_of_plan(digit: int, motions: Sequence[str]) -> str:
    """The split that a clip belongs to, which shows a digit in these motions one after the other."""
    parts = {part_of_change(digit, before, after) for before, after in zip(motions, motions[1:], strict=False)}
    return next((part for part in ("test", "validation") if part in parts), "train")


def draw_plan(draw: random.Random, digit: int, part: str) -> list[tuple[str, int]]:
    """Plan a clip of a split: a held-out change is made about every other time, and at least once.

    Args:
        draw: of random numbers.
        digit: 0 to 9.
        part: `train`, `validation` or `test`.

    Returns:
        Motions with their numbers of frames, neighbours different.
    """
    lengths = _draw_lengths(draw)
    while True:
        motions = [draw.choice(MOTIONS)]
        while len(motions) < len(lengths):
            wanted = part if draw.random() < 0.5 else "train"
            motions.append(
                draw.choice(
                    [
                        motion
                        for motion in MOTIONS
                        if motion != motions[-1] and part_of_change(digit, motions[-1], motion) == wanted
                    ]
                )
            )
        if part_of_plan(digit, motions) == part:
            return list(zip(motions, lengths, strict=True))


def _draw_lengths(draw: random.Random) -> list[int]:
    left = draw.randint(SHORTEST, LONGEST)
    lengths = []
    while left:
        length = min(left, draw.randint(*_SEGMENT))
        if left - length < _SEGMENT[0]:
            length = left if left <= _SEGMENT[1] + _SEGMENT[0] - 1 else length
        lengths.append(length)
        left -= length
    return lengths
