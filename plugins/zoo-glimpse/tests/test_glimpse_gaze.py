"""How the gaze learns: its gradient is that of the expected reward, and its numbers belong to the example."""

from __future__ import annotations

import numpy as np


def test_the_gradient_is_that_of_the_expected_reward():
    """A reward that is linear in the place: its expected gradient is known, and many draws come near to it."""
    import tensorflow as tf

    from zoo.layers import Reinforce
    from zoo_glimpse.gaze import Gaze
    from zoo_glimpse.recurrent_attention import gaussian

    rows, slope = 40_000, np.array([1.5, -0.7], "float32")
    draw = np.random.default_rng(0)
    state = tf.constant(np.repeat(draw.normal(size=(1, 3)).astype("float32") / 3, rows, 0))
    gaze, reinforce = Gaze(0.2), Reinforce(entropy_weight=0.0)
    gaze.build((None, 3))
    for weight in gaze.trainable_weights:
        weight.assign(draw.normal(size=weight.shape) / 2)
    numbers = gaussian(tf.constant(draw.random((rows, 2)).astype("float32")))
    with tf.GradientTape() as tape:
        place, density, expected = gaze(state, numbers)
        rewards = tf.linalg.matvec(place, slope)
        loss = reinforce(rewards, density[:, None], tf.zeros((rows, 1)), expected=expected[:, None]) / rows
    kernel, bias, of_expected, _ = tape.gradient(loss, gaze.trainable_weights)
    with tf.GradientTape() as tape:
        exact = -tf.tensordot(gaze.mean(state[:1])[0], slope, 1)
    for found, wanted in zip((kernel, bias), tape.gradient(exact, gaze.mean.trainable_weights), strict=True):
        np.testing.assert_allclose(found, wanted, atol=0.05)
    assert np.abs(np.asarray(of_expected)).max() > 0.01


def test_draws_are_as_dense_as_it_says():
    from zoo_glimpse.gaze import Gaze
    from zoo_glimpse.recurrent_attention import gaussian

    numbers = np.asarray(gaussian(np.random.default_rng(0).random((20_000, 2)).astype("float32")))
    np.testing.assert_allclose(numbers.mean(0), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(numbers.T), np.eye(2), atol=0.04)
    gaze = Gaze(0.3)
    gaze.build((None, 2))
    state = np.zeros((20_000, 2), "float32")
    place, density, expected = map(np.asarray, gaze(state, numbers))
    np.testing.assert_allclose(place, np.clip(0.3 * numbers, -1, 1), atol=1e-6)
    np.testing.assert_allclose(density, -(numbers**2).sum(1) / 2 - np.log(2 * np.pi * 0.09), atol=1e-4)
    np.testing.assert_allclose(-density.mean(), gaze.entropy, atol=0.02)
    assert not expected.any()


def make(**settings):
    from zoo_glimpse.recurrent_attention import RecurrentAttention

    return RecurrentAttention(
        3, (10, 12, 1), **{"units": 6, "width": 5, "glimpses": 3, "size": 4, "scales": 2, "episodes": 4, **settings}
    )


def images(rows: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (rows, 10, 12, 1)).astype(np.uint8)


def test_episodes_belong_to_the_example():
    from zoo.layers import Draws, ExampleRandomness

    model, source = make(), images(6)

    def episode(first: int, last: int):
        losses = np.linspace(0.1, 2, 6).astype("float32")[first:last]
        with ExampleRandomness(5, first), Draws() as draws:
            logits = model(source[first:last], training=True)
        return np.asarray(logits), float(draws.loss(losses, np.ones_like(losses)))

    whole, loss = episode(0, 6)
    parts = [episode(0, 3), episode(3, 6)]
    np.testing.assert_allclose(np.concatenate([logits for logits, _ in parts]), whole, atol=1e-5)
    np.testing.assert_allclose(sum(part for _, part in parts), loss, rtol=1e-4)


def test_an_answer_does_not_depend_on_its_neighbours_and_compiles():
    import tensorflow as tf

    model, source = make(), images(5)
    logits, told = model.explain(source)
    assert told["looked_at"].shape == (5, 3, 2)
    assert np.abs(told["looked_at"]).max() <= 1
    np.testing.assert_allclose(np.exp(logits).sum(-1), 1, atol=1e-5)
    # The first place is the same for all, the others are chosen.
    assert np.ptp(np.asarray(told["looked_at"])[:, 0], axis=0).max() == 0
    alone, _ = model.explain(source[3:4])
    np.testing.assert_allclose(alone[0], logits[3], atol=1e-5)
    compiled = tf.function(model.explain, jit_compile=True, autograph=False)
    np.testing.assert_allclose(compiled(tf.constant(source))[0], logits, atol=1e-5)
    np.testing.assert_allclose(model(source), logits, atol=1e-6)


def test_one_glimpse_chooses_nothing():
    from zoo.layers import Draws

    model = make(glimpses=1)
    with Draws() as draws:
        assert model(images(2), training=True).shape == (2, 3)
    assert not draws
    assert model.explain(images(2))[1]["looked_at"].shape == (2, 1, 2)


def test_the_state_learns_nothing_from_the_gaze():
    import tensorflow as tf

    from zoo.layers import Draws

    model, source = make(), images(4)
    with tf.GradientTape() as tape, Draws() as draws:
        model(source, training=True)
        loss = draws.loss(np.ones(4, "float32"), np.ones(4, "float32"))
    reached = {
        variable.path.split("/")[0]
        for variable, gradient in zip(
            model.trainable_variables, tape.gradient(loss, model.trainable_variables), strict=True
        )
        if gradient is not None and np.abs(np.asarray(gradient)).max() > 0
    }
    assert reached == {"gaze"}
