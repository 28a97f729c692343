"""What attention can learn: to find the marked place, by gradient or by REINFORCE."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.layers.attention.marked import examples, image, make_engine

ROWS, BUDGET, RATE = 64, 2000, 5e-3


def learn(mechanism: str, seed: int, **arguments) -> tuple[float, int, object]:
    """Train until 97 % of a validation batch are right or the budget is spent; accuracy on 2000 fresh examples."""
    engine, model = make_engine(mechanism, 1, ROWS, seed, **arguments)
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
    """Hard attention also where no row stays soft, so that REINFORCE alone teaches it where to look."""
    pytest.importorskip("matplotlib")
    alignments, batch = {}, examples(np.random.default_rng(99), 200)
    for title, arguments in {"additive": {}, "hard": {}, "hard, never soft": {"soft_share": 0.0}}.items():
        for seed in (0, 1, 2):
            began = time.perf_counter()
            accuracy, steps, model = learn(title.split(",")[0], seed, **arguments)
            seconds = time.perf_counter() - began
            print(f"{title}, seed {seed}: {100 * accuracy:.1f} % after {steps} steps, {seconds:.0f} s")
            assert accuracy > 0.95
        alignments[title] = np.asarray(model(batch)[1])
        assert (alignments[title].argmax(-1) == batch["where"]).mean() > 0.95
    image(batch, alignments, tmp_path / "alignments.png")
    print(f"image: {tmp_path / 'alignments.png'}")


@pytest.mark.slow
def test_without_rewards_drawing_teaches_nothing():
    """The control: the same draws and the same steps, with a surrogate of entropies alone."""
    accuracy, steps, _ = learn("hard", 0, soft_share=0.0, reward_weight=0.0)
    print(f"hard, never soft, no rewards: {100 * accuracy:.1f} % after {steps} steps")
    assert accuracy < 0.5
