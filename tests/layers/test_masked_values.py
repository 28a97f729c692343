"""What stands under a mask does not count, be it NaN or infinite: not in outputs, states and gradients."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops, tree

from tests.long_run import first
from zoo.layers import ATTENTIONS, CELLS, GRU, LSTM, Attending, SimpleRNN, Stack, Zoneout, attention_by_name
from zoo.models import Tagger
from zoo.models.pooling import POOLINGS, Pooling

JAX = keras.backend.backend() == "jax"
many = pytest.mark.slow if JAX else lambda test: test
"""Marks tests with many cases, each of which JAX compiles anew, operation by operation."""

ROWS, STEPS, FEATURES, UNITS, TOKENS = 3, 10, 4, 4, 7
MASKS = {
    "padded": np.arange(STEPS) < np.array([[10], [6], [1]]),
    "holes": np.arange(STEPS) % np.array([[2], [3], [4]]) > 0,
}
BAD = np.resize(np.array([np.nan, np.inf, np.nan, -np.inf], "float32"), (ROWS, STEPS, 1))


def draw(*shape: int) -> np.ndarray:
    return np.sin(np.arange(np.prod(shape), dtype="float32") * 1.7).reshape(shape)


def value_and_gradients(layer, compute, inputs: np.ndarray) -> list[np.ndarray]:
    """The floating results of `compute(inputs)`, and the gradients of a loss by the inputs and the layer's weights."""
    variables = layer.trainable_variables

    def loss_of(inputs):
        results = tree.flatten(compute(inputs))
        results = [one for one in results if "float" in keras.backend.standardize_dtype(one.dtype)]
        return sum(ops.sum(ops.sin(ops.cast(one, "float32") + at)) for at, one in enumerate(results)), results

    if JAX:
        import jax

        def of(weights, inputs):
            state = [(variable, value) for variable, value in zip(variables, weights, strict=True)]
            with keras.StatelessScope(state_mapping=state):
                return loss_of(inputs)

        (_, results), (by_weights, by_inputs) = jax.value_and_grad(of, argnums=(0, 1), has_aux=True)(
            [variable.value for variable in variables], inputs
        )
        gradients = [by_inputs, *by_weights]
    else:
        import tensorflow as tf

        inputs = tf.constant(inputs)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss, results = loss_of(inputs)
        sources = [inputs, *(variable.value for variable in variables)]
        gradients = tape.gradient(loss, sources, unconnected_gradients="zero")
    return [ops.convert_to_numpy(ops.convert_to_tensor(one)) for one in [*results, *gradients]]


def check(layer, compute, mask: np.ndarray, size: int = FEATURES) -> None:
    """Whatever is put under the mask gives what zeros there give, and has a gradient of zero."""
    inputs = draw(ROWS, STEPS, size)
    clean = value_and_gradients(layer, compute, np.where(mask[:, :, None], inputs, 0).astype("float32"))
    assert all(np.isfinite(one).all() for one in clean)
    found = value_and_gradients(layer, compute, np.where(mask[:, :, None], inputs, BAD).astype("float32"))
    for one, other in zip(found, clean, strict=True):
        np.testing.assert_array_equal(one, other)
    by_inputs = found[-1 - len(layer.trainable_variables)]
    assert by_inputs.shape == inputs.shape and by_inputs.any()
    assert not by_inputs[~mask].any()


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("kind", first(2, [LSTM, GRU, SimpleRNN]))
def test_layers(kind, training, mask):
    layer = kind(UNITS, return_sequences=True, return_state=True)
    layer.build((None, None, FEATURES))
    check(layer, lambda inputs: layer(inputs, mask=mask, training=training), mask)


@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU])
def test_layers_agree_with_finite_values_of_keras(kind):
    ours = kind(UNITS, return_sequences=True, return_state=True)
    theirs = getattr(keras.layers, kind.__name__)(UNITS, return_sequences=True, return_state=True)
    inputs, mask = draw(ROWS, STEPS, FEATURES), MASKS["holes"]
    for layer in (ours, theirs):
        layer.build((None, None, FEATURES))
    theirs.set_weights(ours.get_weights())
    found = ours(np.where(mask[:, :, None], inputs, np.nan).astype("float32"), mask=mask)
    for one, other in zip(found, theirs(inputs, mask=mask), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@many
@pytest.mark.parametrize("wrap", ["backwards", "bidirectional", "zeros", "dropout", "zoneout"])
def test_arguments_and_wrappers(wrap):
    arguments = {"return_sequences": True}
    if wrap == "backwards":
        layer = LSTM(UNITS, go_backwards=True, **arguments)
    elif wrap == "bidirectional":
        layer = keras.layers.Bidirectional(GRU(UNITS, **arguments))
    elif wrap == "zeros":
        layer = GRU(UNITS, zero_output_for_mask=True, **arguments)
    elif wrap == "dropout":
        layer = LSTM(UNITS, dropout=0.5, recurrent_dropout=0.5, seed=1, **arguments)
    else:
        layer = Zoneout(keras.layers.GRUCell(UNITS), 0.3, **arguments)
    layer.build((None, STEPS, FEATURES))
    check(layer, lambda inputs: layer(inputs, mask=MASKS["holes"]), MASKS["holes"])


@many
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "kind", first(1, [{"bidirectional": True}, {"connection": "residual"}, {"zoneout": 0.2}, {}]), ids=str
)
def test_stacks(cell, kind):
    stack = Stack(cell, layers=2, units=UNITS, **kind)
    stack.build((None, STEPS, FEATURES))
    check(stack, lambda inputs: stack(inputs, mask=MASKS["padded"]), MASKS["padded"])


@many
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("connection", first(1, ["highway", "plain"]))
def test_tokens(cell, connection):
    """The vector of a token that occurs only under the mask does not count, and a token there need not exist."""
    stack = Stack(cell, layers=2, units=UNITS, connection=connection)
    stack.build((None, STEPS), (TOKENS, FEATURES))
    mask = MASKS["padded"]
    tokens = np.arange(ROWS * STEPS).reshape(ROWS, STEPS) % (TOKENS - 1)
    clean = np.where(mask, tokens, 0)

    def run(tokens, embeddings):
        return value_and_gradients(stack, lambda table: stack(tokens, mask=mask, embeddings=table), embeddings)

    table = draw(TOKENS, FEATURES)
    expected = run(clean, table)
    for one, other in zip(run(np.where(mask, tokens, 10**6), table), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    table[-1] = np.nan
    masked = np.where(mask, tokens, TOKENS - 1)
    outputs, _ = stack(masked, mask=mask, embeddings=table)
    np.testing.assert_array_equal(ops.convert_to_numpy(outputs), expected[0])


@pytest.mark.skipif(JAX, reason="of TensorFlow's loop")
def test_an_unknown_length():
    import tensorflow as tf

    layer = LSTM(UNITS, return_sequences=True)
    layer.build((None, None, FEATURES))

    @tf.function(input_signature=[tf.TensorSpec([None, None, FEATURES]), tf.TensorSpec([None, None], tf.bool)])
    def run(inputs, mask):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, mask=mask, training=True)
        return [outputs, *tape.gradient(outputs, [inputs, *(variable.value for variable in layer.trainable_variables)])]

    inputs, mask = draw(ROWS, STEPS, FEATURES), MASKS["holes"]
    clean, found = (run(np.where(mask[:, :, None], inputs, value).astype("float32"), mask) for value in (0.0, np.nan))
    for one, other in zip(found, clean, strict=True):
        np.testing.assert_array_equal(one, other)


@many
@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("name", [name for name in ATTENTIONS if name != "none"])
def test_attentions(name, training):
    attention = attention_by_name(name)(UNITS)
    attention.build((None, None, UNITS), (None, None, FEATURES))
    queries, mask = draw(ROWS, 2, UNITS), MASKS["holes"]
    if "noise" in attention.get_config():
        attention.noise, attention.inference = 0.0, "soft"
    elif name == "hard":
        training = False
        attention.inference = "expected"
    check(attention, lambda memory: attention(queries, memory, mask=mask, training=training), mask)


@many
@pytest.mark.parametrize("attend", first(1, ["before", "after"]))
@pytest.mark.parametrize("name", ["none", "additive", "coverage"])
def test_decoders_over_a_memory(name, attend):
    mask, tokens = MASKS["padded"], draw(ROWS, 2, FEATURES)
    attention = None if name == "none" else attention_by_name(name)(UNITS)
    layer = Attending(Stack("gru", layers=1, units=UNITS), attention, attend=attend)
    layer.build((None, None, FEATURES), (None, None, FEATURES))

    def compute(memory):
        prepared = layer.prepare(memory, mask)
        found = layer(tokens, prepared)
        return found["vectors"], ops.sum(prepared["values"])

    check(layer, compute, mask)


@pytest.mark.parametrize("how", POOLINGS)
def test_poolings(how):
    pooling = Pooling(how)
    pooling.build((None, None, FEATURES))
    mask = MASKS["padded"]
    summary = draw(ROWS, FEATURES)

    def compute(memory):
        pooled, weights = pooling(memory, mask, summary)
        return pooled, weights, memory[:, :1]

    check(pooling, compute, mask)


@pytest.mark.parametrize("layers", [0, 1])
def test_a_tagger(layers):
    model = Tagger(classes=3, frame=(FEATURES,), layers=layers, units=UNITS)
    model.build()
    mask = MASKS["padded"]
    check(model, lambda frames: model(frames, mask=mask), mask)


@pytest.mark.skipif(JAX, reason="of TensorFlow's kernels")
@pytest.mark.parametrize("policy", first(1, ["mixed_float16", "mixed_bfloat16", "bfloat16"]))
def test_16_bits(policy):
    layer = LSTM(UNITS, return_sequences=True, return_state=True, dtype=policy)
    layer.build((None, None, FEATURES))
    check(layer, lambda inputs: layer(inputs, mask=MASKS["holes"]), MASKS["holes"])


@many
@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU])
def test_states_of_rows_that_are_all_masked(kind):
    """They come back as they were, and have no part in a gradient."""
    layer = kind(UNITS, return_sequences=True, return_state=True)
    layer.build((None, None, FEATURES))
    mask = MASKS["padded"].copy()
    mask[1] = False
    begin = [np.full((ROWS, UNITS), 0.5, "float32") for _ in layer.state_size]
    for state, value in zip(begin, (np.inf, np.nan), strict=False):
        state[1] = value

    def compute(inputs):
        outputs, *states = layer(inputs, initial_state=[ops.convert_to_tensor(one) for one in begin], mask=mask)
        return [outputs, *(ops.take(state, np.array([0, 2]), axis=0) for state in states)]

    assert all(np.isfinite(one).all() for one in value_and_gradients(layer, compute, draw(ROWS, STEPS, FEATURES)))
    _, *states = layer(draw(ROWS, STEPS, FEATURES), initial_state=begin, mask=mask)
    for state, value in zip(states, (np.inf, np.nan), strict=False):
        np.testing.assert_array_equal(ops.convert_to_numpy(state)[1], np.full(UNITS, value))


def test_an_infinite_state_stays_as_it_is_at_masked_steps():
    """As in Keras: the memory of an LSTM may be infinite, and its output is not."""
    ours, theirs = (kind(UNITS, return_state=True) for kind in (LSTM, keras.layers.LSTM))
    for layer in (ours, theirs):
        layer.build((None, None, FEATURES))
    theirs.set_weights(ours.get_weights())
    begin = [np.zeros((ROWS, UNITS), "float32"), np.full((ROWS, UNITS), np.inf, "float32")]
    begin = [ops.convert_to_tensor(one) for one in begin]
    inputs, mask = ops.convert_to_tensor(draw(ROWS, STEPS, FEATURES)), ops.convert_to_tensor(MASKS["padded"])
    found, expected = (layer(inputs, initial_state=begin, mask=mask) for layer in (ours, theirs))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
