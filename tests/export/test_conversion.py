"""Models of every cell and attention as ONNX graphs: the same numbers as Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
import onnxruntime
import pytest

from zoo.backend.types import Nest, Tensor
from zoo.export.graphs import output_names
from zoo.export.tracing import to_onnx
from zoo.models import AttendingDecoder, Encoder, SequenceToSequence

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="an export is made by TensorFlow")

if TYPE_CHECKING:
    import onnx

SIZE, UNITS = 12, 4


def names(structure: Nest) -> list[str]:
    return [f"output_{place}" for place, _ in enumerate(keras.tree.flatten(output_names(structure)))]


def spec(name: str, array: Tensor, length: int) -> tuple[str, tuple[int | None, ...], str]:
    shape = [None, *array.shape[1:]]
    if len(shape) > 1 and shape[1] == length:
        shape[1] = None
    return name, tuple(shape), np.asarray(array).dtype.name


def run(model: onnx.ModelProto, arrays: dict[str, Tensor]) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {name: np.asarray(value) for name, value in arrays.items()})


slow = pytest.mark.slow
CASES = [
    ("lstm", "additive", ["LSTM"]),
    ("lngru", "coverage", ["Loop"]),
    pytest.param("gru", "location", ["GRU"], marks=slow),
    pytest.param("rnn", "multihead", ["RNN"], marks=slow),
    pytest.param("lnlstm", "monotonic", ["Loop"], marks=slow),
    pytest.param("gru", "hard", ["GRU"], marks=slow),
    pytest.param("lstm", "general", ["LSTM"], marks=slow),
    pytest.param("gru", "concat", ["GRU"], marks=slow),
    pytest.param("lstm", "none", ["LSTM"], marks=slow),
]


@pytest.mark.parametrize(("cell", "attention", "operators"), CASES)
def test_graphs_of_a_translator_give_the_numbers_of_keras(cell: str, attention: str, operators: list[str]):
    keras.utils.set_random_seed(1)
    encoder = Encoder(SIZE, units=UNITS, embedding=3, bidirectional=True, cell=cell)
    decoder = AttendingDecoder(
        SIZE,
        encoder.output_size,
        summary=encoder.summary_size,
        units=UNITS,
        embedding=3,
        attention=attention,
        cell=cell,
    )
    model = SequenceToSequence(encoder, decoder)
    model.build()
    draw = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(draw.normal(size=variable.shape) * 0.5)

    encode, _ = to_onnx(
        lambda source, mask: keras.tree.flatten(model.encode(source, mask)),
        [("source", (None, None), "int32"), ("mask", (None, None), "bool")],
        names,
    )
    assert {node.op_type for node in encode.graph.node} & {"LSTM", "GRU", "RNN", "Loop"} == set(operators)
    for length in (9, 5):  # shorter and longer than what is unrolled, and than the rows
        source = draw.integers(0, SIZE, (3, length)).astype(np.int32)
        mask = np.arange(length) < np.array([[length], [1], [3]])
        memory = model.encode(source, mask)
        for wanted, found in zip(
            keras.tree.flatten(memory), run(encode, {"source": source, "mask": mask}), strict=True
        ):
            there = mask.reshape(mask.shape + (1,) * (found.ndim - 2)) if found.shape[:2] == mask.shape else True
            np.testing.assert_allclose(np.asarray(wanted) * there, found * there, atol=2e-6)

    state = model.start(3, memory)
    flat_memory, flat_state = keras.tree.flatten(memory), keras.tree.flatten(state)

    def step(tokens: Tensor, *given: Tensor) -> list[Tensor]:
        before = keras.tree.pack_sequence_as(state, list(given[len(flat_memory) :]))
        packed = keras.tree.pack_sequence_as(memory, list(given[: len(flat_memory)]))
        logits, after = model.step(tokens, before, packed)
        return [logits, *keras.tree.flatten(after)]

    given = {f"given_{place}": leaf for place, leaf in enumerate([*flat_memory, *flat_state])}
    graph, _ = to_onnx(
        step, [("tokens", (None,), "int32"), *(spec(name, leaf, 5) for name, leaf in given.items())], names
    )
    tokens = np.array([1, 2, 3], np.int32)
    for _ in range(2):
        logits, state = model.step(tokens, state, memory)
        found = run(graph, {"tokens": tokens, **given})
        for wanted, one in zip([logits, *keras.tree.flatten(state)], found, strict=True):
            np.testing.assert_allclose(np.asarray(wanted), one, atol=2e-6)
        given |= {f"given_{len(flat_memory) + place}": leaf for place, leaf in enumerate(found[1:])}


@pytest.mark.parametrize("name", ["isfinite", "isinf", "isnan", "abs", "sign", "floor", "logsumexp"])
def test_numbers_that_are_not_finite_are_those_of_keras(name: str):
    values = np.array([[0.5, -1.5, np.inf], [-np.inf, 2.0, np.nan], [1.0, 0.0, -3.0]], np.float32)
    operation = getattr(keras.ops, name)
    function = (lambda x: operation(x, axis=-1)) if name == "logsumexp" else operation
    graph, _ = to_onnx(function, [("values", (None, 3), "float32")], names)
    np.testing.assert_allclose(run(graph, {"values": values})[0], np.asarray(function(values)), rtol=1e-6)


def test_an_operation_without_a_counterpart_is_named():
    from zoo.export.conversion import UnknownOperationError

    with pytest.raises(UnknownOperationError, match="Digamma"):
        to_onnx(
            lambda values: keras.ops.digamma(values) if hasattr(keras.ops, "digamma") else digamma(values),
            [("values", (None,), "float32")],
            names,
        )


def digamma(values: Tensor) -> Tensor:
    import tensorflow as tf

    return tf.math.digamma(values)
