"""What attention can learn: to find the marked place, by gradient or by REINFORCE."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.layers.attention.marked import examples, make_engine, picture

ROWS, BUDGET, RATE = 64, 2000, 5e-3


def learn(mechanism: str, seed: int) -> tuple[float, int, object]:
    """Train until 97 % of a validation batch are right or the budget is spent; accuracy on 2000 fresh examples."""
    engine, model = make_engine(mechanism, 1, ROWS, seed)
    generator = np.random.default_rng(seed)
    validation, test = examples(generator, 500), examples(generator, 2000)
    number = 0
    for number in range(1, BUDGET + 1):
        engine.train([examples(generator, ROWS)], [], RATE, key=number)
        if number % 100 == 0:
            right, count = engine.evaluate(validation, []).sums["accuracy"]
            if right / count > 0.97:
                break
    right, count = engine.evaluate(test, []).sums["accuracy"]
    return right / count, number, model


@pytest.mark.slow
def test_find_the_marked_place(tmp_path):
    alignments, batch = {}, examples(np.random.default_rng(99), 4)
    for mechanism in ("additive", "hard"):
        for seed in (0, 1, 2):
            began = time.perf_counter()
            accuracy, steps, model = learn(mechanism, seed)
            seconds = time.perf_counter() - began
            print(f"{mechanism}, seed {seed}: {100 * accuracy:.1f} % after {steps} steps, {seconds:.0f} s")
            assert accuracy > 0.95
        alignments[mechanism] = np.asarray(model(batch)[1])
        found = alignments[mechanism].argmax(-1) == batch["where"]
        assert found.mean() > 0.9
    picture(batch, alignments, tmp_path / "alignments.png")
    print(f"picture: {tmp_path / 'alignments.png'}")
