"""A layer takes what Keras' layer takes: dtypes, lists, policies, second derivatives, eager calls without retracing."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from zoo.errors import UsageError
from zoo.layers import GRU, LSTM, Attending, DotAttention, SimpleRNN, Stack, attention_by_name

JAX = keras.backend.backend() == "jax"
KINDS = [SimpleRNN, LSTM, GRU]
INPUTS = np.sin(np.arange(2 * 10 * 3, dtype="float32") * 1.7).reshape(2, 10, 3)


def pair(kind, **arguments):
    """Our layer, and Keras' with the same weights."""
    ours, theirs = (one(4, return_sequences=True, **arguments) for one in (kind, getattr(keras.layers, kind.__name__)))
    for layer in (ours, theirs):
        layer.build((None, None, 3))
    theirs.set_weights(ours.get_weights())
    return ours, theirs


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "bool", "float64"])
@pytest.mark.parametrize("kind", KINDS)
def test_inputs_of_any_dtype(kind, dtype):
    ours, theirs = pair(kind)
    inputs = (3 * np.abs(INPUTS)).astype(dtype)
    np.testing.assert_allclose(ours(inputs), theirs(inputs.astype("float32")), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_states_in_a_list(kind):
    ours, theirs = pair(kind)
    states = [np.full((2, 4), 0.3 + at, "float32") for at, _ in enumerate(ours.state_size)]
    expected = theirs(INPUTS, initial_state=states)
    np.testing.assert_allclose(ours([INPUTS, *states]), expected, atol=1e-6)
    np.testing.assert_allclose(ours(INPUTS, states), expected, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pure_bfloat16_policy(kind):
    layer, exact = kind(4, return_sequences=True, dtype="bfloat16"), kind(4, return_sequences=True)
    for one in (layer, exact):
        one.build((None, None, 3))
    exact.set_weights([weight.astype("float32") for weight in layer.get_weights()])
    outputs = layer(INPUTS)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    np.testing.assert_allclose(np.asarray(outputs, "float32"), exact(INPUTS), atol=0.03)


@pytest.mark.parametrize("make", [*KINDS, lambda units: Stack("lstm", units=units)])
def test_no_steps(make):
    with pytest.raises(UsageError, match=r"it should have at least one time step$"):
        make(4)(INPUTS[:, :0])


def test_float16_attention_of_large_values():
    """Their products go beyond 65504, where float16 ends."""
    queries, memory = (np.full((1, 2, 8), 200.0, "float32") for _ in range(2))
    memory[:, 1] = 100.0
    contexts, alignments = DotAttention(dtype="float16")(queries, memory)
    np.testing.assert_array_equal(alignments, [[[1, 0], [1, 0]]])
    np.testing.assert_array_equal(contexts, np.full((1, 2, 8), 200.0))


@pytest.mark.skipif(JAX, reason="of TensorFlow's gradients")
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_gradient_penalty(kind, training):
    import tensorflow as tf

    def penalty(layer):
        inputs = tf.constant(INPUTS)
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                total = tf.reduce_sum(tf.sin(layer(inputs, training=training)))
            loss = tf.reduce_sum(inner.gradient(total, inputs) ** 2)
        return [loss, *outer.gradient(loss, [inputs, *(variable.value for variable in layer.trainable_variables)])]

    ours, theirs = pair(kind)
    for one, other in zip(penalty(ours), penalty(theirs), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-4)


@pytest.mark.skipif(JAX, reason="of TensorFlow's functions")
@pytest.mark.parametrize("training", [False, True])
def test_eager_calls_trace_nothing_anew(training, monkeypatch):
    import tensorflow as tf

    from zoo.backend.tensorflow import steps

    traced = []
    plain = steps.forward_steps
    monkeypatch.setattr(steps, "forward_steps", lambda *arguments: traced.append(1) or plain(*arguments))
    layer = LSTM(5 + training, return_sequences=True)  # of a size whose functions no other test has made
    inputs = tf.random.normal((2, 37, 3))

    def call(rows: int) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(inputs[:1] if rows == 1 else tf.repeat(inputs, rows, 0), training=training))
        tape.gradient(loss, layer.trainable_variables)

    for rows in (1, 2, 3):  # the second size of a batch makes functions that take any
        call(rows)
    count = len(traced)
    for rows in (1, 2, 3, 5):
        call(rows)
    assert 0 < len(traced) == count


@pytest.mark.skipif(JAX, reason="of TensorFlow's loop")
@pytest.mark.parametrize("attention", ["additive", "none"])
def test_second_derivatives_of_a_decoder(attention):
    """Those of a loop in training are refused in one sentence; otherwise they are there."""
    import tensorflow as tf

    layer = Attending(Stack("gru", layers=1, units=4), attention_by_name(attention)(4) if attention != "none" else None)
    layer.build((None, None, 3), (None, None, 3))
    memory = tf.constant(INPUTS)
    prepared = layer.prepare(memory, np.ones((2, 10), bool))

    def slope_of_slope(training):
        inputs = tf.constant(INPUTS[:, :3])
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                value = tf.reduce_sum(layer(inputs, prepared, training=training)["vectors"])
            penalty = tf.reduce_sum(inner.gradient(value, inputs) ** 2)
        return outer.gradient(penalty, inputs)

    found = slope_of_slope(False)
    assert np.isfinite(found).all() and np.any(found)
    try:
        np.testing.assert_allclose(slope_of_slope(True), found, atol=1e-5)
    except UsageError as error:
        assert "call the model with training=False" in str(error)
