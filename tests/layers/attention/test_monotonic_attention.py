"""Monotonic attention: the walk, its expectation, and that nothing overflows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layers.attention.test_attention_against_numpy import make
from tests.properties import tried


def by_definition(stops: np.ndarray, before: np.ndarray) -> np.ndarray:
    """One row: sum over where the walk begins of the probability to pass up to a place and stop there."""
    places = len(stops)
    return np.array([sum(before[k] * np.prod(1 - stops[k:j]) for k in range(j + 1)) * stops[j] for j in range(places)])


@tried(40)
@given(data=st.data())
def test_the_expected_alignment(data):
    from zoo.layers.attention import monotonic_alignment

    rows, places = data.draw(st.integers(1, 4), label="B"), data.draw(st.integers(1, 40), label="S")
    generator = np.random.default_rng(data.draw(st.integers(0, 999), label="seed"))
    stops = generator.random((rows, places)) ** data.draw(st.sampled_from([1, 20]), label="power")
    # Certain stops and certain passes are where the closed form by cumulative products divides by zero.
    stops = np.where(generator.random(stops.shape) < 0.3, np.round(stops), stops).astype("float32")
    before = generator.dirichlet(np.ones(places), rows).astype("float32")
    found = np.asarray(monotonic_alignment(stops, before))
    for row in range(rows):
        np.testing.assert_allclose(found[row], by_definition(stops[row], before[row]), atol=1e-6)
    assert found.sum(1).max() <= 1 + 1e-5


def test_an_unknown_number_of_places():
    import tensorflow as tf

    from zoo.layers.attention import monotonic_alignment

    generator = np.random.default_rng(0)
    stops, before = generator.random((2, 2, 9)).astype("float32")
    shape = tf.TensorSpec([None, None], tf.float32)
    found = tf.function(monotonic_alignment, input_signature=[shape, shape])(stops, before)
    np.testing.assert_allclose(found, monotonic_alignment(stops, before), atol=1e-6)


def test_a_long_memory_has_finite_gradients():
    import tensorflow as tf

    from zoo.layers.attention import monotonic_alignment

    energies = tf.constant(np.random.default_rng(0).normal(size=(2, 2000), scale=50).astype("float32"))
    before = tf.constant(np.eye(2000, dtype="float32")[:2])
    with tf.GradientTape() as tape:
        tape.watch([energies, before])
        alignment = monotonic_alignment(tf.sigmoid(energies), before)
        total = tf.reduce_sum(alignment * tf.range(2000.0))
    assert np.isfinite(alignment).all() and tf.reduce_max(tf.reduce_sum(alignment, 1)) <= 1 + 1e-5
    assert all(np.isfinite(gradient).all() for gradient in tape.gradient(total, [energies, before]))


def test_it_never_goes_back_and_stays_away_when_it_has_passed_the_end():
    layer = make("monotonic", 4, 4)
    layer.score_scale.assign(5.0)
    layer.score_offset.assign(4.0)
    generator = np.random.default_rng(3)
    queries = generator.normal(size=(40, 6, 4)).astype("float32")
    memory = generator.normal(size=(40, 7, 4)).astype("float32")
    mask = generator.random((40, 7)) < 0.7
    alignments = np.asarray(layer(queries, memory, mask=mask)[1])
    assert set(np.unique(alignments)) == {0, 1}
    ended = 0
    for row in alignments:
        places = [step.argmax() if step.any() else 99 for step in row]
        assert places == sorted(places)
        ended += 99 in places and places[0] != 99
    assert 0 < ended < 40


def test_noise_in_training():
    from zoo.layers import ExampleRandomness

    generator = np.random.default_rng(0)
    queries = generator.normal(size=(1, 1, 4)).astype("float32")
    memory = generator.normal(size=(1, 1, 4)).astype("float32")
    rows = 4000
    many = np.repeat(queries, rows, 0), np.repeat(memory, rows, 0)
    layer = make("monotonic", 4, 4, noise=0.5, inference="soft")
    with ExampleRandomness(1):
        stops = np.asarray(layer(*many, training=True)[1])[:, 0, 0].astype("float64")
    energies = np.log(stops) - np.log1p(-stops)
    quiet = float(layer(queries, memory)[1][0, 0, 0])
    assert np.mean(energies) == pytest.approx(np.log(quiet / (1 - quiet)), abs=4 * 0.5 / np.sqrt(rows))
    assert np.std(energies) == pytest.approx(0.5, abs=0.03)
    assert np.mean(np.abs(energies - energies.mean()) < 0.5) == pytest.approx(0.683, abs=0.03)
    with ExampleRandomness(1, 10):
        part = np.asarray(layer(many[0][10:20], many[1][10:20], training=True)[1])[:, 0, 0]
    np.testing.assert_allclose(part, stops[10:20], atol=1e-6)
    still = make("monotonic", 4, 4, noise=0.0, inference="soft")
    np.testing.assert_allclose(still(queries, memory, training=True)[1], still(queries, memory)[1], atol=1e-6)
