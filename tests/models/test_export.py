"""Layers and models leave Keras whole: exported, saved, converted, cloned, written as JSON, they answer as before."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import tree

import zoo
from tests.conftest import RHYME, TINY
from tests.long_run import first
from tests.tasks.test_built_in_tasks import SMALL
from zoo.layers import ATTENTIONS, GRU, LSTM, SimpleRNN, Stack, attention_by_name
from zoo.models import (
    AttendingDecoder,
    Classifier,
    Decoder,
    Encoder,
    ImageEncoder,
    ImageToText,
    SequenceToSequence,
    Tagger,
)

if keras.backend.backend() != "tensorflow":
    pytest.skip("of TensorFlow's formats", allow_module_level=True)

import tensorflow as tf

VALUES = np.sin(np.arange(2 * 20 * 4, dtype="float32") * 1.7).reshape(2, 20, 4)
TOKENS = (np.arange(2 * 12) % 7).reshape(2, 12).astype("int32")
IMAGES = (np.arange(2 * 8 * 8 * 3) % 255).reshape(2, 8, 8, 3).astype("float32")
KINDS = [LSTM, GRU, SimpleRNN]


def functional(layer, length: int | None = None) -> keras.Model:
    inputs = keras.Input((length, 4))
    return keras.Model(inputs, tree.flatten(layer(inputs)))


def attending(name: str) -> keras.Model:
    queries, memory = keras.Input((None, 4)), keras.Input((None, 4))
    attention = attention_by_name(name)(4)
    return keras.Model([queries, memory], list(attention(queries, memory)))


def sequences(**arguments) -> keras.Model:
    encoder = Encoder(7, cell="rnn", units=4, embedding=4, bidirectional=False)
    return SequenceToSequence(
        encoder, AttendingDecoder(7, encoder.output_size, cell="gru", units=4, embedding=4, **arguments)
    )


MODELS = {
    "decoder": lambda: Decoder(7, units=4, embedding=4, layers=2),
    "sequences": lambda: sequences(),
    "classifier": lambda: Classifier(Encoder(7, cell="rnn", units=4, embedding=4), 3, pooling="attention"),
    "tagger": lambda: Tagger(3, (4,), units=4),
    "one-hot": lambda: Decoder(7, cell="gru", units=4, embedding=0, layers=1),
    "encoder": lambda: Encoder(7, cell="gru", units=4, embedding=4),
    "input feeding": lambda: sequences(attend="before", input_feeding=True),
    "images": lambda: ImageToText(
        ImageEncoder((4, 8)), AttendingDecoder(7, 8, cell="gru", units=4, embedding=4), shape=(8, 8, 3)
    ),
}
READS = {
    "tagger": (VALUES,), "sequences": (TOKENS, TOKENS[:, :9]), "input feeding": (TOKENS, TOKENS[:, :9]),
    "images": (IMAGES, TOKENS),
}  # fmt: skip


def made(name: str) -> keras.Model:
    model = MODELS[name]()
    model.build(None)
    return model


def check(found, expected, atol: float = 1e-6) -> None:
    """Compare in the order of `keras.tree`, whatever the names are."""
    found, expected = (tree.flatten(each) for each in (found, expected))
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=atol)


def check_export(model: keras.Model, *inputs, folder) -> None:
    model.export(folder / "model", verbose=False)
    loaded = tf.saved_model.load(folder / "model")
    check(loaded.serve(*inputs), model(*inputs))
    fewer = [tree.map_structure(lambda part: part[:1], each) for each in inputs]
    check(loaded.serve(*fewer), model(*fewer))


def check_copies(model: keras.Model, *inputs) -> None:
    expected = model(*inputs)
    for copy in (keras.models.clone_model(model), keras.models.model_from_json(model.to_json())):
        if not copy.built:
            copy.build(None)
        copy.set_weights(model.get_weights())
        check(copy(*inputs), expected)


@pytest.mark.parametrize("kind", first(1, KINDS))
def test_a_layer_of_unknown_length(kind, tmp_path):
    model = functional(kind(4, return_sequences=True))
    check_export(model, VALUES, folder=tmp_path)
    check_copies(model, VALUES)


@pytest.mark.parametrize("bidirectional", first(1, [False, True]))
def test_a_stack(bidirectional, tmp_path):
    model = functional(Stack("gru", layers=2, units=4, bidirectional=bidirectional))
    check_export(model, VALUES, folder=tmp_path)
    check_copies(model, VALUES)


@pytest.mark.parametrize("name", first(1, [name for name in ATTENTIONS if name != "none"]))
def test_an_attention(name, tmp_path):
    model = attending(name)
    inputs = [VALUES[:, :5], VALUES]
    check_export(model, inputs, folder=tmp_path)
    check_copies(model, inputs)


@pytest.mark.parametrize("name", first(2, MODELS))
def test_a_model(name, tmp_path):
    model = made(name)
    inputs = READS.get(name, (TOKENS,))
    check_copies(model, *inputs)
    model.export(tmp_path / "model", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "model")
    found, expected = loaded.serve(*inputs), model(*inputs)
    if isinstance(expected, dict):  # of nested outputs, whose names in the export are flat
        paths = tree.flatten_with_path(expected)
        expected = {"_".join(map(str, path)): value for path, value in paths}
        assert found.keys() == expected.keys()
    check(found, expected)


def test_tensorflow_saves_a_model(tmp_path):
    model = made("tagger")
    tf.saved_model.save(model, tmp_path / "model")
    loaded = tf.saved_model.load(tmp_path / "model")
    (found,) = loaded.signatures["serving_default"](tf.constant(VALUES)).values()
    check(found, model(VALUES))


LITERT = {
    "lstm": lambda: functional(LSTM(4)),
    "gru of a fixed length": lambda: functional(GRU(4, return_sequences=True), 20),
    "rnn": lambda: functional(SimpleRNN(4, return_sequences=True)),
    "stack": lambda: functional(Stack("lstm", layers=2, units=4)),
    "bidirectional": lambda: functional(Stack("gru", layers=1, units=4, bidirectional=True)),
    "decoder": lambda: made("decoder"),
}


@pytest.mark.parametrize("name", first(1, LITERT))
def test_litert(name, tmp_path):
    model = LITERT[name]()
    inputs = TOKENS if name == "decoder" else VALUES
    shape = [keras.InputSpec(shape=inputs.shape, dtype=inputs.dtype.name)]
    model.export(tmp_path / "model.tflite", format="litert", verbose=False, input_signature=shape)
    interpreter = tf.lite.Interpreter(str(tmp_path / "model.tflite"))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs)
    interpreter.invoke()
    found = [interpreter.get_tensor(one["index"]) for one in interpreter.get_output_details()]
    for expected in map(np.asarray, tree.flatten(model(inputs))):
        # The converter gives outputs an order of its own.
        same = [one for one in found if one.shape == expected.shape]
        assert min(np.abs(one - expected).max() for one in same) < 1e-6


def check_trained(run: zoo.Run, folder) -> None:
    """The model of a run answers as before once exported."""
    model = run.model
    inputs = []
    for spec in model.input_signature():
        shape = [2 if axis == 0 else size or 7 for axis, size in enumerate(spec.shape)]
        inputs.append((np.arange(np.prod(shape)) % 5).reshape(shape).astype(spec.dtype))
    model.export(folder / "model", verbose=False)
    loaded = tf.saved_model.load(folder / "model")
    found, expected = loaded.serve(*inputs), model(*inputs)
    if isinstance(expected, (dict, list, tuple)):
        paths = tree.flatten_with_path(expected)
        named = {"_".join(map(str, path)): value for path, value in paths}
        expected = named if isinstance(expected, dict) else list(named.values())
        assert not isinstance(expected, dict) or found.keys() == expected.keys()
    check(found, expected)


@pytest.mark.parametrize("task", first(1, ["charlm", *SMALL]))
def test_a_trained_run(task, tmp_path):
    data, settings = str(tmp_path / "rhyme.txt"), TINY
    (tmp_path / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    if task != "charlm":
        make, settings = SMALL[task]
        data = {"source": make(tmp_path), "validation": 0.2, "test": 0.2}
    settings = {**settings, "train": {"steps": 2}}
    zoo.run(task, data=data, out=str(tmp_path / "run"), device={"replicas": 1}, **settings)
    check_trained(zoo.load(tmp_path / "run"), tmp_path)
