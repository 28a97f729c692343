"""Long sequences: chunks and loops give the numbers of a straight line, forward and back, at every boundary."""

from __future__ import annotations

import numpy as np
import pytest

from tests.long_run import first

ROWS, FEATURES, UNITS, CHUNK = 3, 2, 4, 4
LENGTHS = [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK - 2]


@pytest.fixture
def short_chunks(monkeypatch):
    from zoo.backend.tensorflow import chunked, looped

    monkeypatch.setattr(chunked, "CHUNK_STEPS", CHUNK)
    monkeypatch.setattr(looped, "LOOP_STEPS", CHUNK)


def make(kind: str, policy: str = "float32"):
    """Our layer, and Keras' with the same weights."""
    import keras

    from zoo import layers

    arguments = {"return_sequences": True, "return_state": True, "bias_initializer": "normal", "dtype": policy}
    ours, theirs = getattr(layers, kind)(UNITS, **arguments), getattr(keras.layers, kind)(UNITS, **arguments)
    for layer in (ours, theirs):
        layer.build((None, None, FEATURES))
    theirs.set_weights(ours.get_weights())
    return ours, theirs


def compute(layer, training: bool = True):
    """A function of inputs [B, T, D], initial states and a mask to outputs, final states and all gradients."""
    import tensorflow as tf

    def run(inputs, states, mask):
        with tf.GradientTape() as tape:
            tape.watch([inputs, *states])
            results = layer(inputs, initial_state=states, mask=mask, training=training)
            results = [tf.cast(result, tf.float32) for result in results]
            wave = tf.sin(tf.reshape(tf.range(tf.size(results[0]), dtype=tf.float32), tf.shape(results[0])))
            loss = tf.reduce_sum(wave * results[0]) + sum(tf.reduce_sum(tf.sin(3 * state)) for state in results[1:])
        sources = [inputs, *states, *(variable.value for variable in layer.trainable_variables)]
        return results, [tf.cast(gradient, tf.float32) for gradient in tape.gradient(loss, sources)]

    return run


def draw(steps: int, states: int, masked: bool):
    import tensorflow as tf

    generator = np.random.default_rng(steps)
    inputs = generator.normal(size=(ROWS, steps, FEATURES)).astype("float32")
    initial = [generator.normal(size=(ROWS, UNITS)).astype("float32") for _ in range(states)]
    mask = tf.constant(generator.random((ROWS, steps)) < 0.6) if masked else None
    return tf.constant(inputs), [tf.constant(state) for state in initial], mask


def compare(ours, theirs) -> None:
    for some, others in zip(ours, theirs, strict=True):
        for a, b in zip(some, others, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("masked", first(1, [True, False]), ids=["masked", "whole"])
@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_lengths_around_a_chunk(known, kind, masked, short_chunks):
    import tensorflow as tf

    ours, theirs = make(kind)
    run = compute(ours)
    if not known:
        states = [tf.TensorSpec([None, UNITS]) for _ in ours.state_size]
        signature = [tf.TensorSpec([None, None, FEATURES]), states]
        if masked:
            run = tf.function(run, input_signature=[*signature, tf.TensorSpec([None, None], tf.bool)])
        else:
            whole = tf.function(lambda inputs, states: compute(ours)(inputs, states, None), input_signature=signature)
            run = lambda inputs, states, mask: whole(inputs, states)  # noqa: E731
    for steps in LENGTHS:
        arguments = draw(steps, len(ours.state_size), masked)
        compare(run(*arguments), compute(theirs)(*arguments))


def test_inference_is_the_forward_pass_of_training_and_has_its_gradients(short_chunks):
    import tensorflow as tf

    ours, _ = make("LSTM")
    arguments = draw(2 * CHUNK + 1, 2, True)
    infer, train = (tf.function(compute(ours, training)) for training in (False, True))
    for some, others in zip(infer(*arguments), train(*arguments), strict=True):
        for a, b in zip(some, others, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("policy", first(1, ["mixed_float16", "mixed_bfloat16"]))
@pytest.mark.parametrize("kind", first(1, ["LSTM", "GRU", "SimpleRNN"]))
def test_16_bit_chunks(kind, policy, short_chunks):
    """In 16 bit a layer is as near to the numbers of float32 as Keras' layer is."""
    import tensorflow as tf

    ours, theirs = make(kind, policy)
    _, exact = make(kind)
    exact.set_weights(ours.get_weights())
    arguments = draw(2 * CHUNK + 1, len(ours.state_size), True)
    found, keras_found, truth = (tf.function(compute(layer))(*arguments) for layer in (ours, theirs, exact))
    for some, others, exacts in zip(found, keras_found, truth, strict=True):
        for a, b, c in zip(some, others, exacts, strict=True):
            size = np.linalg.norm(c)
            assert np.linalg.norm(a - c) <= 1.5 * np.linalg.norm(b - c) + 0.01 * size
            assert np.linalg.norm(a - c) <= 0.1 * size


def test_a_pure_float16_policy():
    ours, _ = make("LSTM", "float16")
    same, _ = make("LSTM")
    same.set_weights(ours.get_weights())
    inputs, states, _ = draw(6, 2, False)
    outputs, *finals = ours(inputs, initial_state=states)
    expected, *_ = same(inputs, initial_state=states)
    assert outputs.dtype == finals[0].dtype == "float16"
    np.testing.assert_allclose(outputs, expected, atol=0.01)


def test_the_graph_of_a_long_sequence_holds_one_chunk():
    import tensorflow as tf

    from zoo.backend.tensorflow.chunked import CHUNK_STEPS, chunk_sizes

    def nodes(steps: int) -> int:
        ours, _ = make("LSTM")
        graph = tf.function(ours).get_concrete_function(tf.TensorSpec([ROWS, steps, FEATURES])).graph.as_graph_def()
        return len(graph.node) + sum(len(function.node_def) for function in graph.library.function)

    assert nodes(8 * CHUNK_STEPS) < 2 * nodes(CHUNK_STEPS)
    for steps in (CHUNK_STEPS + 1, 50, 100, 127, 128, 129, 1000):
        sizes = chunk_sizes(steps)
        assert sum(sizes) == steps
        assert max(sizes) <= CHUNK_STEPS
        assert len(set(sizes)) <= 2
