"""The surrogate of REINFORCE and its moving baseline, on one replica and on two."""

from __future__ import annotations

import numpy as np
import pytest

from tests.layers.attention.marked import examples, make_engine


def test_the_surrogate_over_all_choices_has_the_gradient_of_the_expected_reward():
    """Every sequence of two choices of three, weighted by its probability: no drawing, so exact for any baseline."""
    import tensorflow as tf

    from zoo.layers import Reinforce

    logits = tf.Variable(np.random.default_rng(0).normal(size=(2, 3)))
    rewards = tf.constant(np.random.default_rng(1).normal(size=9))
    choices = np.array([(i, j) for i in range(3) for j in range(3)])

    def everything():
        logarithms = tf.nn.log_softmax(logits)  # [T, choices]
        chosen = tf.gather(logarithms, choices.T, batch_dims=1)  # [T, 9]
        entropy = -tf.reduce_sum(tf.exp(logarithms) * logarithms, -1)
        return tf.transpose(chosen), tf.repeat(entropy[None], 9, 0)

    with tf.GradientTape() as tape:
        chosen, entropy = everything()
        weight = tf.exp(tf.reduce_sum(chosen, 1))
        expected = -tf.reduce_sum(weight * rewards) - 0.3 * tf.reduce_sum(entropy[0])
    exact = tape.gradient(expected, logits)
    for baseline in (0.0, 4.0):
        reinforce = Reinforce(entropy_weight=0.3, dtype="float64")
        reinforce.build((None,))
        reinforce.state.assign([baseline, 1.0])
        with tf.GradientTape() as tape:
            chosen, entropy = everything()
            weights = tf.stop_gradient(tf.exp(tf.reduce_sum(chosen, 1, keepdims=True)) * tf.ones((1, 2), "float64"))
            surrogate = reinforce(rewards, chosen, entropy, weights)
        np.testing.assert_allclose(tape.gradient(surrogate, logits), exact, atol=1e-10)


def test_the_baseline_follows_the_batches_before():
    from zoo.layers import Reinforce

    reinforce = Reinforce(momentum=0.7)
    generator = np.random.default_rng(0)
    baseline = 0.0
    for number in range(1, 8):
        rewards = generator.normal(size=4).astype("float32")
        log_probability, entropy = generator.normal(size=(2, 4, 3)).astype("float32")
        weights = (generator.random((4, 3)) < 0.7).astype("float32")
        weights[number % 4] = 0
        loss = reinforce(rewards, log_probability, entropy, weights, training=True)
        expected = -(((rewards - baseline)[:, None] * log_probability + 0.01 * entropy) * weights).sum()
        np.testing.assert_allclose(loss, expected, rtol=1e-4, atol=1e-5)
        counts = weights.max(1) > 0
        baseline += max(1 - 0.7, 1 / number) * (rewards[counts].mean() - baseline)
    before = [weight.numpy() for weight in reinforce.weights]
    reinforce(rewards, log_probability, entropy)
    for weight, kept in zip(reinforce.weights, before, strict=True):
        np.testing.assert_array_equal(weight, kept)


def test_a_batch_in_which_nothing_counts_leaves_the_baseline():
    from zoo.layers import Reinforce

    reinforce, ones = Reinforce(), np.ones((2, 3), "float32")
    reinforce(5 * ones[:, 0], ones, ones, training=True)
    for _ in range(2):
        assert float(reinforce(9 * ones[:, 0], ones, ones, 0 * ones, training=True)) == 0
    assert float(reinforce.baseline) == 5


def test_what_the_model_expected_is_the_baseline_and_learns_by_its_error():
    import tensorflow as tf

    from zoo.layers import Reinforce

    generator = np.random.default_rng(0)
    rewards = generator.random(4).astype("float32")
    drawn, entropy, expected = (tf.constant(generator.normal(size=(4, 3)).astype("float32")) for _ in range(3))
    weights = (generator.random((4, 3)) < 0.7).astype("float32")
    reinforce = Reinforce(reward_weight=2.0, entropy_weight=0.1, expected_weight=3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([drawn, expected])
        loss = reinforce(rewards, drawn, entropy, weights, training=True, expected=expected)
    error = rewards[:, None] - expected
    np.testing.assert_allclose(
        loss, ((3 * error**2 - 2 * error * drawn - 0.1 * entropy).numpy() * weights).sum(), rtol=1e-5
    )
    np.testing.assert_allclose(tape.gradient(loss, drawn), -2 * error * weights, rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(loss, expected), -6 * error * weights, rtol=1e-5)
    assert float(reinforce.baseline) == 0 and not reinforce.seen.numpy().any()


def test_shapes_that_would_be_broadcast_are_refused():
    from zoo.errors import UsageError
    from zoo.layers import Reinforce

    ones = np.ones((2, 3), "float32")
    for arguments, words in (
        ((ones, ones, ones), r"rewards has shape \(2, 3\); it should be \[batch\]"),
        ((ones[:, 0], ones[:, 0], ones), r"log_probability has shape \(2,\); it should be \[batch, steps\]"),
        ((ones[:, 0], ones, ones, ones[:, 0]), r"weights has shape \(2,\)"),
    ):
        with pytest.raises(UsageError, match=words) as caught:
            Reinforce()(*arguments)
        assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match=r"expected has shape \(2,\)"):
        Reinforce()(ones[:, 0], ones, ones, expected=ones[:, 0])


def test_it_computes_in_32_bits_and_loads():
    import keras

    from zoo.layers import Reinforce

    policy = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_bfloat16")
        reinforce = Reinforce(momentum=0.5, reward_weight=2.0, entropy_weight=0.0)
    finally:
        keras.config.set_dtype_policy(policy)
    ones = np.ones((1, 1), "float32")
    assert float(reinforce(1.001 * ones[0], ones, ones)) == pytest.approx(-2.002, abs=1e-6)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(reinforce))
    assert again.get_config() == reinforce.get_config()


def train(replicas: int, rows: int, steps: int, arrays=None, begin: int = 0):
    engine, model = make_engine("hard", replicas, rows)
    if arrays is not None:
        engine.restore(arrays)
    generator = np.random.default_rng(0)
    batches = [examples(generator, rows) for _ in range(steps)]
    losses = [
        engine.train([batch], [], 5e-3, key=number).sums["loss"][0]
        for number, batch in enumerate(batches[begin:], begin)
    ]
    return losses, engine.gather(), model


def test_one_replica_and_two_train_alike_and_end_with_one_baseline():
    """Seven rows: one replica holds four, the other three."""
    (one, first, model), (two, second, other) = train(1, 7, 12), train(2, 7, 12)
    np.testing.assert_allclose(one, two, rtol=1e-4)
    assert float(model.reinforce.baseline) < -1
    np.testing.assert_allclose(other.reinforce.state.numpy(), model.reinforce.state.numpy(), rtol=1e-5)
    np.testing.assert_allclose(other.reinforce.seen.numpy(), model.reinforce.seen.numpy(), rtol=1e-5)
    for name in first:
        np.testing.assert_allclose(second[name], first[name], atol=1e-4, err_msg=name)


def test_the_baseline_is_in_the_checkpoint():
    whole, expected, _ = train(2, 8, 6)
    _, arrays, _ = train(2, 8, 3)
    rest, found, _ = train(2, 8, 6, arrays, begin=3)
    assert whole[3:] == rest
    assert all(np.array_equal(found[name], expected[name]) for name in expected)
