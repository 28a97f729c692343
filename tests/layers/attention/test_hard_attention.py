"""Hard attention: what is drawn, what it leaves for REINFORCE, and the gradient that comes of it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.layers.attention.test_attention_against_numpy import make

ROWS = 4000
MASK = np.array([True, False, True, True, False])


def draw(layer, queries, memory, mask=None, key: int = 1, first_row: int = 0):
    from zoo.layers import ExampleRandomness

    with ExampleRandomness(key, first_row):
        _, alignments = layer(queries, memory, mask=mask, training=True)
    return np.asarray(alignments), np.asarray(layer.log_probability), np.asarray(layer.entropy)


def same_rows(rows: int, steps: int = 2, places: int = 5):
    generator = np.random.default_rng(0)
    queries, memory = generator.normal(size=(1, steps, 4)), generator.normal(size=(1, places, 4))
    return np.repeat(queries, rows, 0).astype("float32"), np.repeat(memory, rows, 0).astype("float32")


def test_places_are_drawn_as_often_as_the_alignment_says():
    layer = make("hard", 4, 4, soft_share=0.0)
    queries, memory = same_rows(ROWS)
    mask = np.repeat(MASK[None], ROWS, 0)
    drawn, log_probability, entropy = draw(layer, queries, memory, mask)
    soft = np.asarray(make("additive", 4, 4)(queries[:1], memory[:1], mask=mask[:1])[1])[0]  # [T, S]
    assert set(np.unique(drawn)) == {0, 1} and (drawn.sum(-1) == 1).all()
    error = np.sqrt(soft * (1 - soft) / ROWS)
    assert (np.abs(drawn.mean(0) - soft) <= 4 * error).all()
    np.testing.assert_allclose(log_probability, np.log((drawn * soft).sum(-1)), atol=1e-5)
    expected = -(soft[:, MASK] * np.log(soft[:, MASK])).sum(-1)
    np.testing.assert_allclose(entropy, np.repeat(expected[None], ROWS, 0), atol=1e-5)
    # Steps are drawn independently of each other.
    both = np.einsum("bs,br->sr", drawn[:, 0], drawn[:, 1]) / ROWS
    assert np.abs(both - np.outer(soft[0], soft[1])).max() < 4 * 0.5 / np.sqrt(ROWS)


def test_a_row_stays_soft_for_all_its_steps_or_for_none():
    layer = make("hard", 4, 4)
    queries, memory = same_rows(ROWS, steps=3)
    drawn, log_probability, _ = draw(layer, queries, memory)
    soft = np.asarray(make("additive", 4, 4)(queries[:1], memory[:1])[1])
    is_soft = np.isclose(drawn, soft, atol=1e-6).all(-1)  # [B, T]
    assert (is_soft == is_soft[:, :1]).all()
    assert abs(is_soft[:, 0].mean() - 0.5) < 4 * 0.5 / np.sqrt(ROWS)
    assert (log_probability[is_soft] == 0).all() and (log_probability[~is_soft] < 0).all()
    # Whether a row is soft says nothing about what the others draw.
    hard = drawn[~is_soft[:, 0], 0]
    error = np.sqrt(soft[0, 0] * (1 - soft[0, 0]) / len(hard))
    assert (np.abs(hard.mean(0) - soft[0, 0]) <= 4 * error).all()


def test_draws_belong_to_the_example():
    layer = make("hard", 4, 4)
    queries, memory = same_rows(8)
    whole = draw(layer, queries, memory)
    for first, last in ((0, 4), (4, 8), (3, 6)):
        part = draw(layer, queries[first:last], memory[first:last], first_row=first)
        for ours, theirs in zip(part, whole, strict=True):
            np.testing.assert_allclose(ours, theirs[first:last], atol=1e-6)
    assert (draw(layer, queries, memory, key=2)[0] != whole[0]).any()


def test_draws_outside_a_scope():
    layer = make("hard", 4, 4)
    queries, memory = same_rows(50)
    first, second = (np.asarray(layer(queries, memory, training=True)[1]) for _ in range(2))
    assert (first != second).any()
    assert len(np.unique(first[:, 0], axis=0)) > 2


def test_every_step_of_a_compiled_loop_draws_anew():
    import tensorflow as tf

    from zoo.layers import ExampleRandomness

    layer = make("hard", 4, 4, soft_share=0.0)
    queries, memory = same_rows(30, steps=1)
    prepared, query = layer.prepare(memory), tf.constant(queries[:, 0])

    @tf.function(jit_compile=True)
    def loop():
        def body(number, looked, state):
            _, alignment, state = layer.step(query, prepared, state, training=True)
            return number + 1, tf.concat([looked[:, 1:], alignment[:, None]], 1), state

        with ExampleRandomness(1):
            start = (tf.constant(0), tf.zeros((30, 6, 5)), layer.start(prepared))
            return tf.while_loop(lambda number, *_: number < 6, body, start)[1]

    places = np.argmax(loop(), -1)
    assert (places.min(1) != places.max(1)).mean() > 0.5


def test_a_loop_reads_what_was_drawn_off_the_states():
    from zoo.layers import ExampleRandomness

    layer = make("hard", 4, 4)
    queries, memory = same_rows(6, steps=3)
    _, log_probability, entropy = draw(layer, queries, memory)
    prepared = layer.prepare(memory)
    state, terms = layer.start(prepared), []
    with ExampleRandomness(1):
        for time in range(3):
            _, _, state = layer.step(queries[:, time], prepared, state, training=True)
            terms.append(layer.sampled(state))
    np.testing.assert_allclose(np.stack([first for first, _ in terms], 1), log_probability, atol=1e-5)
    np.testing.assert_allclose(np.stack([second for _, second in terms], 1), entropy, atol=1e-5)


def test_inference_looks_at_the_likeliest_place_or_takes_the_expected_value():
    queries, memory = same_rows(2)
    mask = np.array([MASK, [False] * 5])
    soft = np.asarray(make("additive", 4, 4)(queries, memory, mask=mask)[1])
    likeliest = np.asarray(make("hard", 4, 4)(queries, memory, mask=mask)[1])
    expected = np.asarray(make("hard", 4, 4, inference="expected")(queries, memory, mask=mask)[1])
    np.testing.assert_allclose(expected, soft, atol=1e-6)
    np.testing.assert_array_equal(likeliest[0], np.eye(5)[soft[0].argmax(-1)])
    assert (likeliest[1] == 0).all()


@pytest.mark.parametrize("baseline", [0.0, -1.5])
def test_the_expected_gradient_is_that_of_all_places_enumerated(baseline):
    """Two steps over three places, whose answers depend on both: nine sequences, against many drawn ones."""
    import tensorflow as tf

    from zoo.layers import ExampleRandomness, Reinforce

    rows, places, entropy_weight = 40_000, 3, 3.0
    layer = make("hard", 4, 4, soft_share=0.0)
    soft = make("additive", 4, 4)
    queries, memory = same_rows(rows, 2, places)
    readout = tf.constant(np.random.default_rng(2).normal(size=(2, 4)).astype("float32"))

    def likelihood(contexts):  # [B, T, D] -> [B], of an answer to both contexts together
        return tf.math.log_sigmoid(3 * tf.reduce_prod(tf.reduce_sum(contexts * readout, -1), -1))

    kernels = [weight.value for weight in soft.trainable_weights]
    with tf.GradientTape() as tape:
        _, alignments = soft(queries[:1], memory[:1])
        first, second = tf.unstack(alignments[0])
        expected = 0.0
        for i in range(places):
            for j in range(places):
                contexts = tf.stack([memory[0, i], memory[0, j]])[None]
                expected += first[i] * second[j] * likelihood(contexts)[0]
        entropy = -tf.reduce_sum(alignments * tf.math.log(alignments))
        loss = -(expected + entropy_weight * entropy)
    exact = tape.gradient(loss, kernels)

    reinforce = Reinforce(entropy_weight=entropy_weight)
    reinforce.build((None,))
    reinforce.state.assign([baseline, 1.0])
    kernels = [weight.value for weight in layer.trainable_weights]
    parts = []
    for part in range(20):
        rows_of_part = slice(part * rows // 20, (part + 1) * rows // 20)
        with tf.GradientTape() as tape, ExampleRandomness(3, rows_of_part.start):
            contexts, _ = layer(queries[rows_of_part], memory[rows_of_part], training=True)
            rewards = likelihood(contexts)
            loss = reinforce(rewards, layer.log_probability, layer.entropy) - tf.reduce_sum(rewards)
        parts.append([np.asarray(gradient) / (rows // 20) for gradient in tape.gradient(loss, kernels)])
    for place, gradient in enumerate(exact):
        found = np.stack([part[place] for part in parts])
        error = found.std(0, ddof=1) / np.sqrt(len(found))
        assert np.abs(gradient).max() > 20 * error.min()  # so that the comparison says something
        assert (np.abs(found.mean(0) - gradient) < 4.5 * error + 1e-6).all()
