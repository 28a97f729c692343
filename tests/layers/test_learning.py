"""What the layers can learn: the adding problem of Hochreiter and Schmidhuber 1997."""

from __future__ import annotations

import numpy as np
import pytest

STEPS, ROWS, UNITS, BUDGET = 100, 64, 64, 3000
BASELINE = 1 / 6
"""The squared error of always answering 1, the mean of the sum of two numbers in [0, 1)."""


def examples(generator: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw sequences of numbers, two of them marked; the answer is the sum of the marked ones."""
    numbers = generator.random((rows, STEPS), dtype=np.float32)
    marks = np.zeros_like(numbers)
    marks[np.arange(rows), generator.integers(0, STEPS // 2, rows)] = 1
    marks[np.arange(rows), generator.integers(STEPS // 2, STEPS, rows)] = 1
    return np.stack([numbers, marks], -1), (numbers * marks).sum(1, keepdims=True)


def train(kind: str) -> list[float]:
    """Train until the error of the last 100 steps is below a tenth of the baseline or the budget is spent."""
    import keras
    import tensorflow as tf

    from zoo import layers

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((STEPS, 2)), getattr(layers, kind)(UNITS), keras.layers.Dense(1)])
    optimizer = keras.optimizers.Adam(5e-3, global_clipnorm=1.0)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(inputs, answers):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(inputs, training=True) - answers))
        gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    generator, errors = np.random.default_rng(0), []
    for number in range(BUDGET):
        errors.append(float(step(*map(tf.constant, examples(generator, ROWS)))))
        if number >= 100 and np.mean(errors[-100:]) < BASELINE / 10:
            break
    return errors


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "solves"), [("LSTM", True), ("GRU", True), ("SimpleRNN", False)])
def test_the_adding_problem(kind, solves):
    errors = train(kind)
    curve = ", ".join(f"{np.mean(errors[start : start + 250]):.3f}" for start in range(0, len(errors), 250))
    print(f"{kind}: {len(errors)} steps, error by 250 steps: {curve}")
    assert (np.mean(errors[-100:]) < BASELINE / 10) == solves, curve
