"""Stepping and whole sequences are the same; gradients, saving, symbolic use, other backends."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from tests.layers.attention.references import NAMES
from tests.layers.attention.test_attention_against_numpy import MASKS, make
from tests.long_run import first

GENERATOR = np.random.default_rng(0)
QUERIES = GENERATOR.normal(size=(4, 3, 4)).astype("float32")
MEMORY = GENERATOR.normal(size=(4, 5, 4)).astype("float32")


@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("name", NAMES)
def test_steps_compiled_by_xla_give_the_numbers_of_the_sequence(name, training):
    """Also of what is drawn in training: a row's numbers travel with its state."""
    import tensorflow as tf

    from zoo.layers import ExampleRandomness

    layer = make(name, 4, 4)
    prepared = {key: tf.convert_to_tensor(value) for key, value in layer.prepare(MEMORY, MASKS["full"]).items()}
    with ExampleRandomness(5):
        contexts, alignments = layer(QUERIES, MEMORY, mask=MASKS["full"], training=training)

    @tf.function(jit_compile=True)
    def step(query, prepared, state):
        with ExampleRandomness(5):
            return layer.step(query, prepared, state, training=training)

    state = layer.start(prepared)
    assert layer.stateless == (state == [])
    assert all(part.shape[0] == len(QUERIES) for part in state)
    for time in range(3):
        context, alignment, after = step(tf.constant(QUERIES[:, time]), prepared, state)
        assert [(x.shape, x.dtype) for x in after] == [(x.shape, x.dtype) for x in state]
        state = after
        np.testing.assert_allclose(context, contexts[:, time], atol=1e-5)
        np.testing.assert_allclose(alignment, alignments[:, time], atol=1e-5)


@pytest.mark.parametrize("name", ["location", "coverage", "monotonic", "hard"])
def test_many_steps(name):
    """More than are unrolled: a loop whose body is traced once draws what single steps draw."""
    import tensorflow as tf

    from zoo.layers import ExampleRandomness

    layer = make(name, 4, 4)
    queries = np.random.default_rng(1).normal(size=(4, 45, 4)).astype("float32")

    @tf.function(input_signature=[tf.TensorSpec([None, None, 4])])
    def whole(queries):
        with ExampleRandomness(5):
            return layer(queries, MEMORY, mask=MASKS["holes"], training=True)[1]

    @tf.function
    def step(query, state):
        with ExampleRandomness(5):
            return layer.step(query, prepared, state, training=True)[1:]

    prepared = layer.prepare(MEMORY, MASKS["holes"])
    state, alignments = layer.start(prepared), whole(tf.constant(queries))
    for time in range(45):
        alignment, state = step(tf.constant(queries[:, time]), state)
        np.testing.assert_allclose(alignment, alignments[:, time], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_attend_goes_on_from_a_state(name):
    from zoo.layers import ExampleRandomness

    layer = make(name, 4, 4)
    prepared = layer.prepare(MEMORY)
    with ExampleRandomness(5):
        contexts, alignments, last = layer.attend(QUERIES, prepared, training=True)
    with ExampleRandomness(5):
        first, _, state = layer.attend(QUERIES[:, :2], prepared, training=True)
        second, _, end = layer.attend(QUERIES[:, 2:], prepared, training=True, state=state)
    np.testing.assert_allclose(np.concatenate([first, second], 1), contexts, atol=1e-5)
    for ours, theirs in zip(end, last, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "hard"])
def test_gradients_are_finite_differences(name):
    """In float64, of a scrambled loss of contexts and alignments, for queries, memory and every weight."""
    import tensorflow as tf

    arguments = {"inference": "soft"} if name == "monotonic" else {}
    layer = make(name, 4, 4, dtype="float64", **arguments)
    inputs = [QUERIES.astype("float64"), MEMORY.astype("float64")]

    def loss(queries, memory):
        contexts, alignments = layer(queries, memory, mask=MASKS["full"])
        total = 0.0
        for value in (contexts, alignments):
            weights = np.sin(np.arange(np.prod(value.shape))).reshape(value.shape)
            total += tf.reduce_sum(weights * tf.sin(3 * value))
        return total

    variables = [weight.value for weight in layer.trainable_weights]
    tensors = [tf.constant(value) for value in inputs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        total = loss(*tensors)
    gradients = tape.gradient(total, tensors + variables)
    generator, size = np.random.default_rng(1), 1e-6
    for place, gradient in enumerate(gradients):
        assert np.isfinite(gradient).all()
        direction = generator.normal(size=gradient.shape)
        sides = []
        for sign in (size, -size):
            if place < 2:
                moved = list(inputs)
                moved[place] = moved[place] + sign * direction
                sides.append(float(loss(*map(tf.constant, moved))))
            else:
                variables[place - 2].assign_add(sign * direction)
                sides.append(float(loss(*tensors)))
                variables[place - 2].assign_sub(sign * direction)
        difference = (sides[0] - sides[1]) / (2 * size)
        np.testing.assert_allclose(float(tf.reduce_sum(gradient * direction)), difference, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", first(1, ["monotonic", "location"]))
def test_a_training_step_compiles_with_xla(name):
    import tensorflow as tf

    from zoo.layers import ExampleRandomness

    layer = make(name, 4, 4)
    kernel = layer.memory_kernel.value

    def gradient(queries):
        with tf.GradientTape() as tape, ExampleRandomness(1):
            contexts, _ = layer(queries, MEMORY, mask=MASKS["full"], training=True)
            loss = tf.reduce_sum(tf.sin(contexts))
        return tape.gradient(loss, kernel)

    compiled = tf.function(gradient, jit_compile=True)(tf.constant(QUERIES))
    np.testing.assert_allclose(compiled, gradient(QUERIES), atol=1e-4)


def test_multi_head_attention_is_that_of_keras():
    import keras
    import tensorflow as tf

    ours = make("multihead", 4, 4, units=6, heads=3)
    theirs = keras.layers.MultiHeadAttention(3, 2, use_bias=False, output_shape=6)
    theirs.build((None, None, 4), (None, None, 4))
    query, key, value, output = ours.get_weights()
    shaped = [query.reshape(4, 3, 2), key.reshape(4, 3, 2), value.reshape(4, 3, 2), output.reshape(3, 2, 6)]
    for weight, array in zip(theirs.weights, shaped, strict=True):
        weight.assign(array)
    mask = MASKS["holes"]
    found, sources = [], [tf.constant(QUERIES), tf.constant(MEMORY)]
    for layer in (ours, theirs):
        with tf.GradientTape() as tape:
            tape.watch(sources)
            if layer is ours:
                contexts, alignments = layer(*sources, mask=mask)
            else:
                contexts, scores = layer(*sources, attention_mask=mask[:, None], return_attention_scores=True)
                alignments = tf.reduce_mean(scores, 1)
            total = tf.reduce_sum(tf.sin(contexts))
        gradients = tape.gradient(total, sources + [weight.value for weight in layer.trainable_weights])
        found.append([contexts, alignments, *gradients])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(np.ravel(a), np.ravel(b), rtol=1e-4, atol=1e-5)


def test_dot_and_additive_attention_are_those_of_keras():
    import keras

    from zoo.layers import DotAttention

    mask = MASKS["holes"]
    contexts, alignments = DotAttention()(QUERIES, MEMORY, mask=mask)
    expected, scores = keras.layers.Attention()([QUERIES, MEMORY], mask=[None, mask], return_attention_scores=True)
    np.testing.assert_allclose(contexts, expected, atol=1e-5)
    np.testing.assert_allclose(alignments, scores, atol=1e-5)
    # Keras' additive attention has no matrices: with unit matrices ours is the same.
    ours, theirs = make("additive", 4, 4), keras.layers.AdditiveAttention()
    theirs.build([(None, None, 4), (None, None, 4)])
    vector = ours.get_weights()[2]
    ours.set_weights([np.eye(4), np.eye(4), vector])
    theirs.set_weights([vector[:, 0]])
    np.testing.assert_allclose(
        ours(QUERIES, MEMORY, mask=mask)[0], theirs([QUERIES, MEMORY], mask=[None, mask]), atol=1e-5
    )


@pytest.mark.parametrize("name", NAMES)
def test_saved_and_loaded_with_any_length(name, tmp_path):
    import keras

    queries, memory = keras.Input((None, 4)), keras.Input((None, 4))
    arguments = {"location": {"filters": 3, "width": 4}, "multihead": {"heads": 2}, "dot": {"scale": 0.5}}
    arguments |= {"additive": {"use_bias": True}, "monotonic": {"inference": "soft"}, "hard": {"inference": "expected"}}
    layer = make(name, 4, 4, **arguments.get(name, {}))
    model = keras.Model([queries, memory], layer(queries, keras.layers.Masking()(memory)))
    assert [output.shape for output in model.outputs] == [(None, None, 4), (None, None, None)]
    model.save(tmp_path / "model.keras")
    restored = keras.models.load_model(tmp_path / "model.keras")
    padded = MEMORY.copy()
    padded[1:, 3:] = 0
    for ours, theirs, direct in zip(
        model([QUERIES, padded]),
        restored([QUERIES, padded]),
        layer(QUERIES, padded, mask=(padded != 0).any(-1)),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
        np.testing.assert_allclose(ours, direct, atol=1e-5)
    assert model.layers[-1].get_config() == restored.layers[-1].get_config()


def test_a_decoder_may_prepare_once_and_repeat_rows():
    """What `prepare` gives has the batch first, so that beams of one source can share it."""
    for name in NAMES:
        layer = make(name, 4, 4)
        prepared = {key: np.repeat(value, 2, axis=0) for key, value in layer.prepare(MEMORY, MASKS["full"]).items()}
        assert {"values", "mask"} <= set(prepared)
        twice, _, _ = layer.attend(np.repeat(QUERIES, 2, axis=0), prepared)
        once, _ = layer(QUERIES, MEMORY, mask=MASKS["full"])
        np.testing.assert_allclose(twice, np.repeat(once, 2, axis=0), atol=1e-5)


SCRIPT = """
import sys
from functools import partial
import keras
import numpy as np
from zoo.layers import ATTENTIONS, ExampleRandomness, Reinforce

assert keras.backend.backend() == sys.argv[2]
queries = np.sin(np.arange(24, dtype="float32")).reshape(2, 3, 4)
memory = np.cos(np.arange(40, dtype="float32")).reshape(2, 5, 4)
mask = np.array([[1, 1, 0, 1, 1], [0] * 5], bool)
found = {}
for name, factory in ATTENTIONS.items():
    if factory is not None:
        layer = factory(8, **({"inference": "soft"} if name == "monotonic" else {}))
        layer.build(queries.shape, memory.shape)
        layer.set_weights([w if w.dtype == np.uint32 else np.sin(np.arange(w.size, dtype="float32")).reshape(w.shape)
                           for w in layer.get_weights()])
        contexts, alignments = layer(queries, memory, mask=mask)
        found[name] = keras.ops.convert_to_numpy(contexts)
        with ExampleRandomness(3):
            whole, _ = layer(queries, memory, mask=mask, training=True)
        with ExampleRandomness(3):
            prepared = layer.prepare(memory, mask)
            step = partial(layer.step, training=True)
            if sys.argv[2] == "jax":
                import jax
                step = jax.jit(step)
            context, _, _ = step(queries[:, 0], prepared, layer.start(prepared))
        whole, context = map(keras.ops.convert_to_numpy, (whole, context))
        np.testing.assert_allclose(context, whole[:, 0], atol=1e-5)
ones = np.ones((2, 3), "float32")
found["reinforce"] = keras.ops.convert_to_numpy(Reinforce()(ones[:, 0], ones, ones, training=True))
np.savez(sys.argv[1], **found)
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends(backend, tmp_path):
    pytest.importorskip(backend)
    results = []
    for name in (backend, "tensorflow"):
        path = tmp_path / f"{name}.npz"
        environment = {**os.environ, "KERAS_BACKEND": name}
        subprocess.run([sys.executable, "-c", SCRIPT, str(path), name], env=environment, check=True)
        results.append(np.load(path))
    assert len(results[0].files) == 12
    for name in results[0].files:
        np.testing.assert_allclose(results[0][name], results[1][name], atol=1e-5)
