"""Stacks: sequences and steps, the ways layers meet, saving, replicas."""

from __future__ import annotations

import numpy as np
import pytest

ROWS, STEPS, FEATURES, UNITS = 4, 5, 4, 4
VARIANTS = [
    {"cell": "rnn"},
    {"cell": "lstm"},
    {"cell": "gru"},
    {"cell": "lnlstm"},
    {"cell": "lngru"},
    {"zoneout": 0.2},
    {"cell": "gru", "connection": "residual", "dropout": 0.2},
    {"cell": "rnn", "connection": "highway", "dropout": 0.2, "variational": True},
]


@pytest.fixture
def inputs() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(ROWS, STEPS, FEATURES)).astype("float32")


def make(**arguments):
    from zoo.layers import Stack

    return Stack(layers=2, units=UNITS, **arguments)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_steps_give_the_numbers_of_the_sequence(variant, policy, inputs):
    stack = make(dtype=policy, **variant)
    outputs, finals = stack(inputs)
    states, stepped = stack.zero_state(ROWS), []
    for time in range(STEPS):
        output, states = stack.step(inputs[:, time], states)
        stepped.append(np.asarray(output, "float32"))
    tolerance = 1e-6 if policy == "float32" else 0.02
    np.testing.assert_allclose(np.stack(stepped, 1), np.asarray(outputs, "float32"), atol=tolerance)
    for ours, theirs in zip(sum(states, []), sum(finals, []), strict=True):
        np.testing.assert_allclose(np.asarray(ours, "float32"), np.asarray(theirs, "float32"), atol=tolerance)


def test_a_step_compiles_with_xla(inputs):
    import tensorflow as tf

    stack = make(cell="lstm")
    outputs, _ = stack(inputs)
    output, _ = tf.function(stack.step, jit_compile=True)(tf.constant(inputs[:, 0]), stack.zero_state(ROWS))
    np.testing.assert_allclose(output, outputs[:, 0], atol=1e-6)


@pytest.mark.parametrize("variant", [*VARIANTS[4:], {"bidirectional": True}], ids=str)
def test_saved_and_loaded(variant, inputs, tmp_path):
    import keras

    tokens = keras.Input((None, FEATURES))
    outputs, states = make(**variant)(tokens)
    model = keras.Model(tokens, [outputs, *sum(states, [])])
    model.save(tmp_path / "model.keras")
    restored = keras.models.load_model(tmp_path / "model.keras")
    for ours, theirs, promised in zip(model(inputs), restored(inputs), model.outputs, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.shape[1:] == tuple(size or STEPS for size in promised.shape[1:])


def test_state_carries_over_windows(inputs):
    stack = make(cell="lstm")
    whole, _ = stack(inputs)
    first, states = stack(inputs[:, :2])
    second, _ = stack(inputs[:, 2:], initial_state=states)
    np.testing.assert_allclose(np.concatenate([first, second], 1), whole, atol=1e-6)


def test_reading_tokens_with_embeddings(inputs):
    import keras

    for connection in ("plain", "residual"):
        stack = make(connection=connection)
        table = keras.ops.convert_to_tensor(inputs[0])
        tokens = np.array([[0, 1, 2, 3], [4, 4, 0, 1], [1, 1, 1, 1]])
        np.testing.assert_allclose(stack(tokens, embeddings=table)[0], stack(inputs[0][tokens])[0], atol=1e-6)


def test_residual_and_highway_by_hand(inputs):
    for connection in ("residual", "highway"):
        stack = make(cell="rnn", connection=connection)
        outputs, _ = stack(inputs)
        expected = inputs
        for layer, meeting in zip(stack.layers, stack.connections, strict=True):
            after = layer(expected)[0].numpy()
            if connection == "residual":
                expected = expected + after
            else:
                gate = 1 / (1 + np.exp(-(expected @ meeting.kernel.numpy() + meeting.bias.numpy())))
                expected = gate * after + (1 - gate) * expected
        np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_zoneout_moves_by_the_expected_part(inputs):
    import keras

    from zoo.layers import Zoneout

    cell = keras.layers.SimpleRNNCell(UNITS)
    layer = Zoneout(cell, 0.25, return_sequences=True)
    outputs = layer(inputs).numpy()
    state = np.zeros((ROWS, UNITS), "float32")
    for time in range(STEPS):
        moved = np.tanh(inputs[:, time] @ cell.kernel.numpy() + state @ cell.recurrent_kernel.numpy())
        state = 0.25 * state + 0.75 * moved
        np.testing.assert_allclose(outputs[:, time], state, atol=1e-5)


def test_zoneout_in_training_keeps_or_moves(inputs):
    import keras

    from zoo.layers import Zoneout

    cell = keras.layers.SimpleRNNCell(UNITS)
    outputs = Zoneout(cell, 0.5, return_sequences=True)(inputs, training=True).numpy()
    before = np.concatenate([np.zeros((ROWS, 1, UNITS), "float32"), outputs[:, :-1]], 1)
    moved = np.tanh(inputs @ cell.kernel.numpy() + before @ cell.recurrent_kernel.numpy())
    kept = np.isclose(outputs, before, atol=1e-6)
    assert np.all(kept | np.isclose(outputs, moved, atol=1e-5))
    assert 0.2 < kept.mean() < 0.8


def test_layer_normalisation_by_hand(inputs):
    from zoo.layers import LayerNormLSTMCell

    cell = LayerNormLSTMCell(UNITS)
    states = [np.full((ROWS, UNITS), 0.1, "float32"), np.full((ROWS, UNITS), -0.2, "float32")]
    output, (_, carry) = cell(inputs[:, 0], states)

    def normalise(projection):
        parts = projection.reshape(ROWS, -1, UNITS)
        parts = parts - parts.mean(-1, keepdims=True)
        return (parts / np.sqrt(parts.var(-1, keepdims=True) + 1e-3)).reshape(ROWS, -1)

    gates = normalise(inputs[:, 0] @ cell.kernel.numpy()) + normalise(states[0] @ cell.recurrent_kernel.numpy())
    enter, forget, candidate, leave = np.split(gates + cell.bias.numpy(), 4, axis=1)
    expected = states[1] / (1 + np.exp(-forget)) + np.tanh(candidate) / (1 + np.exp(-enter))
    np.testing.assert_allclose(carry, expected, atol=1e-5)
    np.testing.assert_allclose(output, np.tanh(normalise(expected)) / (1 + np.exp(-leave)), atol=1e-5)


def test_a_users_own_keras_cell(inputs):
    import keras

    from zoo.layers import Stack

    outputs, states = Stack(keras.layers.LSTMCell, layers=1, units=3)(inputs)
    assert outputs.shape == (ROWS, STEPS, 3)
    assert [len(state) for state in states] == [2]


def test_two_replicas_have_the_gradients_of_one(inputs):
    import tensorflow as tf

    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with strategy.scope():
        stack = make(cell="lstm")
        stack.build((None, None, FEATURES))
    variables = stack.trainable_variables

    def gradients(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(stack(x)[0]))
        return tape.gradient(loss, [variable.value for variable in variables])

    @tf.function
    def both():
        halves = strategy.experimental_distribute_values_from_function(
            lambda context: tf.split(tf.constant(inputs), 2)[context.replica_id_in_sync_group]
        )
        parts = strategy.run(gradients, args=(halves,))
        return [strategy.reduce("sum", part, axis=None) for part in parts]

    for halves, whole in zip(both(), gradients(tf.constant(inputs)), strict=True):
        np.testing.assert_allclose(halves, whole, atol=1e-5)


@pytest.mark.parametrize("connection", ["plain", "residual"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "lnlstm"])
def test_a_step_over_tokens_is_that_over_their_vectors(cell, connection):
    from keras import tree

    from zoo.layers import Stack

    table = np.random.default_rng(0).normal(size=(7, 5)).astype("float32")
    stack = Stack(cell, layers=2, units=5, connection=connection)
    stack.build((None, None, 5))
    draw = np.random.default_rng(1)
    stack.set_weights([draw.normal(size=weight.shape) for weight in stack.get_weights()])
    tokens = np.array([3, 0, 6, 3])
    states = [[draw.normal(size=(4, 5)).astype("float32") for _ in layer] for layer in stack.zero_state(4)]
    output, after = stack.step(tokens, states, embeddings=table)
    expected, expected_after = stack.step(table[tokens], states)
    np.testing.assert_allclose(output, expected, atol=1e-5)
    for mine, theirs in zip(tree.flatten(after), tree.flatten(expected_after), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
