"""The likeliest tokens that a graph finds are those of all its logits."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from tests.properties import tried
from zoo.backend.numpy_ops import log_softmax
from zoo.export.choices import add_choices
from zoo.export.onnx_graph import make_model


def session(size: int | None) -> tuple[onnxruntime.InferenceSession, int]:
    """A graph that gives the logits that it gets, and how many of the likeliest it finds."""
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", size]) for name in ("given", "logits")]
    graph = helper.make_graph([helper.make_node("Identity", ["given"], ["logits"])], "graph", value[:1], value[1:])
    model = make_model(graph)
    choices = add_choices(model, "logits")
    onnx.checker.check_model(model)
    return onnxruntime.InferenceSession(model.SerializeToString()), choices.most if choices else 0


@pytest.mark.parametrize("size", [5, 2047, 2048, 2100])
def test_the_likeliest_tokens(size: int):
    graph, most = session(size)

    @tried(10)
    @given(st.integers(0, 1 << 32 - 1), st.integers(1, 3), st.integers(0, min(9, most)), st.integers(1, 20))
    def find(seed: int, rows: int, count: int, spread: int):
        # Few different numbers: of equal ones the first comes first.
        logits = np.random.default_rng(seed).integers(0, spread, (rows, size)).astype(np.float32)
        scores, tokens = graph.run(
            ["best_scores", "best_tokens"], {"given": logits, "best_count": np.array([count], np.int64)}
        )
        if not count:
            assert scores.size == tokens.size == 0
            return
        np.testing.assert_array_equal(tokens, np.argsort(-logits, axis=1, kind="stable")[:, :count])
        wanted = np.take_along_axis(log_softmax(logits), tokens, axis=1)
        np.testing.assert_allclose(scores, wanted, atol=1e-5)

    find()


def test_a_vocabulary_of_unknown_size_has_none():
    assert session(None)[1] == 0
