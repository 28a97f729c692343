"""Recurrent layers as operators of ONNX, which take lengths, under masks that are no lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
import onnxruntime
import pytest

from zoo.export.tracing import to_onnx
from zoo.layers import GRU, LSTM, SimpleRNN

if TYPE_CHECKING:
    from zoo.backend.types import Nest, Tensor

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="an export is made by TensorFlow")

MASK = np.array(
    [
        [True, True, True, True, True],
        [True, True, False, False, False],  # padded on the right
        [False, False, True, True, True],  # on the left
        [True, False, True, False, True],  # holes
        [False, True, False, True, False],
        [False, False, False, False, False],
    ]
)


@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("kind", [LSTM, GRU, SimpleRNN])
def test_a_graph_reads_the_steps_that_are_there_and_no_others(kind: type[keras.layers.RNN], go_backwards: bool):
    layer = kind(3, return_sequences=True, return_state=True, go_backwards=go_backwards)
    layer.build((None, None, 2))
    draw = np.random.default_rng(0)
    for variable in layer.trainable_variables:
        variable.assign(draw.normal(size=variable.shape))
    sequences = draw.normal(size=(*MASK.shape, 2)).astype(np.float32)

    def call(sequences: Tensor, mask: Tensor) -> list[Tensor]:
        return list(layer(sequences, mask=mask))

    inputs = [("sequences", (None, None, 2), "float32"), ("mask", (None, None), "bool")]
    model, _ = to_onnx(call, inputs, names)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    outputs, *states = session.run(None, {"sequences": sequences, "mask": MASK})

    for wanted, found in zip(call(sequences, MASK), [outputs, *states], strict=True):
        np.testing.assert_allclose(found, wanted, atol=2e-6)
    for row, there in enumerate(MASK):
        if there.any():
            alone, *ends = layer(sequences[row : row + 1, there])
            kept = there[::-1] if go_backwards else there
            np.testing.assert_allclose(outputs[row, kept], alone[0], atol=2e-6)
            for end, state in zip(ends, states, strict=True):
                np.testing.assert_allclose(state[row], end[0], atol=2e-6)


def names(structure: Nest) -> list[str]:
    return [f"output_{place}" for place, _ in enumerate(structure)]
