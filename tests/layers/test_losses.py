"""The cross entropy: the numbers of Keras, of plain NumPy, and their gradients."""

from __future__ import annotations

import numpy as np
import pytest


def both(logits: np.ndarray, targets: np.ndarray, dtype: str = "float32"):
    """Losses and the gradient of a weighted sum of them, ours and those of Keras."""
    import tensorflow as tf
    from keras import ops

    from zoo.ops.losses import cross_entropy

    weights = np.linspace(-1, 2, targets.size, dtype="float32").reshape(targets.shape)
    values, found = tf.cast(logits, dtype), []
    for compute in (
        cross_entropy,
        lambda given, goals: ops.sparse_categorical_crossentropy(goals, ops.cast(given, "float32"), from_logits=True),
    ):
        with tf.GradientTape() as tape:
            tape.watch(values)
            losses = compute(values, tf.constant(targets))
            total = tf.reduce_sum(losses * weights)
        found.append((losses.numpy(), tf.cast(tape.gradient(total, values), tf.float32).numpy()))
    return found


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("shape", [(2, 3, 7), (5, 4), (3, 1), (1, 2, 2, 600)])
def test_losses_and_gradients_are_those_of_keras(shape, dtype):
    generator = np.random.default_rng(0)
    logits = 4 * generator.standard_normal(shape).astype("float32")
    targets = generator.integers(0, shape[-1], shape[:-1]).astype("int32")
    (losses, gradient), (expected, slope) = both(logits, targets, dtype)
    assert losses.dtype == np.float32
    np.testing.assert_allclose(losses, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(gradient, slope, rtol=1e-2 if dtype == "bfloat16" else 1e-5, atol=1e-6)


def test_improbable_targets_have_exact_losses():
    """Their probabilities are far below the smallest float32."""
    logits = np.array([[0, 500, -1000], [1e4, -1e4, 0]], "float32")
    (losses, gradient), (_, slope) = both(logits, np.array([2, 1]))
    np.testing.assert_allclose(losses, [1500, 2e4])
    np.testing.assert_allclose(gradient, slope, atol=1e-7)


def test_the_likeliest_target_costs_nearly_nothing():
    (losses, gradient), (expected, slope) = both(np.array([[20.0, 0, 0]], "float32"), np.array([0]))
    np.testing.assert_allclose(losses, expected, atol=1e-7)
    np.testing.assert_allclose(gradient, slope, atol=1e-7)


@pytest.mark.parametrize("smoothing", [0.1, 0.5])
def test_smoothed_losses_are_those_of_smoothed_targets(smoothing):
    """Both roads, the fast one and plain Keras, against the definition; the plain losses come along unchanged."""
    import tensorflow as tf
    from keras import ops

    from zoo.ops import losses

    generator = np.random.default_rng(1)
    values = tf.constant(3 * generator.standard_normal((2, 5, 9)).astype("float32"))
    targets = generator.integers(0, 9, (2, 5)).astype("int32")
    soft = (1 - smoothing) * np.eye(9, dtype="float32")[targets] + smoothing / 9  # [2, 5, 9]
    upstream = np.linspace(-1, 2, 10, dtype="float32").reshape(2, 5)
    probabilities = np.exp(values) / np.exp(values).sum(-1, keepdims=True)
    for fast in (True, False):
        with pytest.MonkeyPatch.context() as patch, tf.GradientTape() as tape:
            patch.setattr("zoo.backend.tensorflow.losses.is_fast", lambda fast=fast: fast)
            tape.watch(values)
            sharp, smooth, right = losses.losses_of(values, targets, smoothing)
            total = tf.reduce_sum(smooth * upstream) + 2 * tf.reduce_sum(sharp)
        np.testing.assert_array_equal(right, np.argmax(values, -1) == targets)
        np.testing.assert_allclose(sharp, losses.cross_entropy(values, targets), rtol=1e-5)
        np.testing.assert_allclose(smooth, ops.categorical_crossentropy(soft, values, from_logits=True), rtol=1e-5)
        slope = (probabilities - soft) * upstream[..., None] + 2 * (probabilities - np.eye(9)[targets])
        np.testing.assert_allclose(tape.gradient(total, values), slope, rtol=1e-4, atol=1e-6)
