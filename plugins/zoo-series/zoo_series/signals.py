"""The default data: noisy waves to tell apart, and seasonal series to forecast."""

from __future__ import annotations

import math

import numpy as np

from zoo.data import Splits

WAVES = ("sine", "square", "sawtooth", "triangle")
SEASON = 24
"""Steps of a season of the series to forecast."""


def waves(seed: int, train: int = 600, held_out: int = 200) -> Splits:
    """Draw waves of four shapes, with any frequency, phase, size and length, and noise.

    Args:
        seed: of the draws.
        train: how many to learn from.
        held_out: how many to validate on, and how many to test on.

    Returns:
        Splits of examples: `source` float32 [T, 1], `target` the shape.
    """
    draw = np.random.default_rng([seed, 1])
    drawn = [_wave(draw, WAVES[number % len(WAVES)]) for number in range(train + 2 * held_out)]
    return Splits(drawn[2 * held_out :], drawn[:held_out], drawn[held_out : 2 * held_out])


def seasons(seed: int, count: int = 4, steps: int = 1_200) -> list[np.ndarray]:
    """Draw series with a trend, a season and noise that lasts.

    Args:
        seed: of the draws.
        count: how many series.
        steps: T, of each.

    Returns:
        float32 [T, 1] each.
    """
    draw = np.random.default_rng([seed, 2])
    time = np.arange(steps)
    found = []
    for _ in range(count):
        noise = np.zeros(steps)
        for step in range(1, steps):
            noise[step] = 0.7 * noise[step - 1] + draw.normal(0, 0.2)
        season = sum(
            draw.uniform(0.3, 1) / order * np.sin(2 * math.pi * order * time / SEASON + draw.uniform(0, 2 * math.pi))
            for order in (1, 2, 3)
        )
        series = draw.uniform(5, 15) + draw.uniform(-1, 1) * time / steps + season + noise
        found.append(series[:, None].astype(np.float32))
    return found


def _wave(draw: np.random.Generator, shape: str) -> dict[str, object]:
    steps = int(draw.integers(40, 81))
    turns = draw.uniform(2, 5) * np.arange(steps) / steps + draw.uniform(0, 1)  # [T]
    place = turns % 1
    value = {
        "sine": np.sin(2 * math.pi * turns),
        "square": np.where(place < 0.5, 1.0, -1.0),
        "sawtooth": 2 * place - 1,
        "triangle": 4 * np.abs(place - 0.5) - 1,
    }[shape]
    noisy = draw.uniform(0.5, 2) * value + draw.normal(0, 0.1, steps)
    return {"source": noisy[:, None].astype(np.float32), "target": shape}
