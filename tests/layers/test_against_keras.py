"""The recurrent layers against Keras' own: outputs, final states and all gradients."""

from __future__ import annotations

import numpy as np
import pytest

KINDS = ["SimpleRNN", "LSTM", "GRU"]
ROWS, STEPS, FEATURES, UNITS = 4, 5, 3, 4
PLACES = np.arange(STEPS)
MASKS = {
    "none": None,
    "right": np.array([[5], [3], [1], [4]]) > PLACES,
    "left": np.array([[0], [2], [4], [1]]) <= PLACES,
    "holes": np.array([[1, 0, 1, 0, 1], [0, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 0, 0, 1, 0]], bool),
    "full": np.array([[1] * 5, [0] * 5, [0] * 5, [1, 0, 0, 0, 0]], bool),
}


def pair(kind: str, policy: str = "float32", features: int = FEATURES, **arguments):
    """Make our layer and Keras' with the same weights."""
    import keras

    from zoo import layers

    arguments = {"return_sequences": True, "return_state": True, "bias_initializer": "normal", **arguments}
    ours = getattr(layers, kind)(UNITS, dtype=policy, **arguments)
    theirs = getattr(keras.layers, kind)(UNITS, dtype=policy, **arguments)
    ours.build((None, None, features))
    theirs.build((None, None, features))
    ours.set_weights(theirs.get_weights())
    theirs.set_weights(ours.get_weights())
    return ours, theirs


def everything(layer, inputs, initial, mask, graph: bool = False):
    """Return outputs, states, and gradients of inputs, initial states and weights of a scrambled loss."""
    import tensorflow as tf

    def compute():
        x = tf.constant(inputs)
        states = None if initial is None else [tf.constant(state) for state in initial]
        with tf.GradientTape() as tape:
            tape.watch([x, *(states or [])])
            outputs, *finals = layer(x, initial_state=states, mask=None if mask is None else tf.constant(mask))
            values = [tf.cast(value, tf.float32) for value in (outputs, *finals)]
            weight = tf.sin(tf.reshape(tf.range(tf.size(values[0]), dtype=tf.float32), tf.shape(values[0])))
            loss = tf.reduce_sum(weight * values[0]) + sum(tf.reduce_sum(tf.sin(3 * value)) for value in values[1:])
        sources = [x, *(states or []), *(variable.value for variable in layer.trainable_variables)]
        return values + [tf.cast(gradient, tf.float32) for gradient in tape.gradient(loss, sources)]

    return [value.numpy() for value in (tf.function(compute) if graph else compute)()]


def draw(initial: bool, states: int):
    generator = np.random.default_rng(1)
    inputs = generator.normal(size=(ROWS, STEPS, FEATURES)).astype("float32")
    return inputs, [generator.normal(size=(ROWS, UNITS)).astype("float32") for _ in range(states)] if initial else None


@pytest.mark.parametrize("initial", [False, True], ids=["zeros", "initial"])
@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("kind", KINDS)
def test_float32(kind, mask, backwards, initial):
    ours, theirs = pair(kind, go_backwards=backwards)
    inputs, states = draw(initial, len(ours.state_size))
    for a, b in zip(
        everything(ours, inputs, states, MASKS[mask]), everything(theirs, inputs, states, MASKS[mask]), strict=True
    ):
        np.testing.assert_allclose(a, b, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("kind", KINDS)
def test_16_bit(kind, policy):
    ours, theirs = pair(kind, policy)
    inputs, states = draw(True, len(ours.state_size))
    for a, b in zip(
        everything(ours, inputs, states, MASKS["holes"]),
        everything(theirs, inputs, states, MASKS["holes"]),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, atol=0.08, rtol=0.08)


@pytest.mark.parametrize(
    "arguments",
    [
        {"activation": "relu"},
        {"use_bias": False},
        {"dtype": "float64"},
        {"unroll": True},
        {"reset_after": False},
        {"return_sequences": False},
        {"zero_output_for_mask": True},
    ],
    ids=str,
)
def test_arguments(arguments):
    arguments = dict(arguments)
    ours, theirs = pair("GRU", arguments.pop("dtype", "float32"), **arguments)
    inputs, _ = draw(False, 1)
    for a, b in zip(
        everything(ours, inputs, None, MASKS["left"]), everything(theirs, inputs, None, MASKS["left"]), strict=True
    ):
        np.testing.assert_allclose(a, b, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_bidirectional_and_saved(kind, tmp_path):
    import keras

    ours, theirs = pair(kind)
    models = []
    for layer in (ours, theirs):
        inputs = keras.Input((None, FEATURES))
        both = keras.layers.Bidirectional(layer)
        models.append(keras.Model(inputs, both(keras.layers.Masking()(inputs))))
    models[0].set_weights(models[1].get_weights())
    x, _ = draw(False, 1)
    x[1, 2:] = 0
    models[0].save(tmp_path / "model.keras")
    restored = keras.models.load_model(tmp_path / "model.keras")
    for a, b, c in zip(models[0](x), models[1](x), restored(x), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
        np.testing.assert_array_equal(a, c)


def test_stateful():
    import keras

    from zoo.layers import LSTM

    x, _ = draw(False, 1)
    layer = LSTM(UNITS, stateful=True, return_sequences=True)
    whole = LSTM(UNITS, return_sequences=True)
    whole.build(x.shape)
    model = keras.Sequential([keras.Input(batch_shape=(ROWS, None, FEATURES)), layer])
    layer.set_weights(whole.get_weights())
    halves = np.concatenate([model(x[:, :2]), model(x[:, 2:])], axis=1)
    np.testing.assert_allclose(halves, whole(x), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_reading_tokens_is_looking_them_up_first(kind):
    import tensorflow as tf

    ours, _ = pair(kind)
    generator = np.random.default_rng(2)
    tokens = tf.constant(generator.integers(0, 5, (ROWS, STEPS)))
    results = []
    for through_table in (True, False):
        table = tf.Variable(np.sin(np.arange(15, dtype="float32")).reshape(5, FEATURES))
        with tf.GradientTape() as tape:
            if through_table:
                outputs, *_ = ours(tokens, embeddings=table, mask=MASKS["holes"])
            else:
                outputs, *_ = ours(tf.gather(table, tokens), mask=MASKS["holes"])
            loss = tf.reduce_sum(tf.sin(2 * outputs))
        gradients = tape.gradient(loss, [table, *(variable.value for variable in ours.trainable_variables)])
        results.append([outputs, *map(tf.convert_to_tensor, gradients)])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
