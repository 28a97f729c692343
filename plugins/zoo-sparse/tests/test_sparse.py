"""Sparsemax is the projection that it should be, and its attention and its strategy work in any task."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

import zoo
from zoo.search import Generator
from zoo_sparse import SparseAttention, SparseSample, sparsemax


def projection(scores):
    """The same by sorting, as in Algorithm 1 of the paper."""
    ordered = np.sort(scores)[..., ::-1]
    sums, counts = np.cumsum(ordered, axis=-1), np.arange(1, scores.shape[-1] + 1)
    size = (1 + counts * ordered > sums).sum(axis=-1, keepdims=True)
    return np.maximum(scores - (np.take_along_axis(sums, size - 1, axis=-1) - 1) / size, 0)


@pytest.mark.parametrize("scale", [0.01, 1, 30])
def test_sparsemax_is_the_projection_on_the_simplex(scale):
    scores = np.random.default_rng(0).normal(scale=scale, size=(50, 3, 17)).astype("float32") + 100
    found = ops.convert_to_numpy(sparsemax(scores))
    np.testing.assert_allclose(found, projection(scores.astype("float64")), atol=2e-5 * max(1, scale))
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)


def test_what_is_forbidden_gets_nothing():
    found = ops.convert_to_numpy(sparsemax(np.array([[0, -np.inf, -0.5, -1]], "float32")))
    np.testing.assert_allclose(found, [[0.75, 0, 0.25, 0]], atol=1e-6)


def test_the_gradient_is_that_of_the_paper():
    # diag(s) - s s' / |s| with s the indicator of the three that are chosen
    np.testing.assert_allclose(gradient_of_first([[0.3, 0.1, -2.0, 0.0]]), [[2 / 3, -1 / 3, 0, -1 / 3]], atol=1e-6)


def gradient_of_first(scores):
    """The gradient of the first weight, by the backend in use."""
    scores = ops.convert_to_tensor(np.array(scores, "float32"))
    if keras.backend.backend() == "jax":
        import jax

        return jax.grad(lambda scores: sparsemax(scores)[0, 0])(scores)
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(scores)
        first = sparsemax(scores)[0, 0]
    return tape.gradient(first, scores)


def test_attention_looks_at_few_places_and_at_none_that_is_masked():
    draw = np.random.default_rng(1)
    queries, memory = draw.normal(size=(2, 5, 8)).astype("float32"), draw.normal(size=(2, 9, 8)).astype("float32")
    mask = np.arange(9)[None] < np.array([[6], [0]])
    contexts, alignments = map(ops.convert_to_numpy, SparseAttention(8)(queries, 3 * memory, mask=mask))
    np.testing.assert_allclose(alignments[0].sum(axis=-1), 1, atol=1e-5)
    assert (alignments[0, :, 6:] == 0).all() and (alignments[0] == 0).mean() > 0.5
    assert not alignments[1].any() and not contexts[1].any()


@pytest.mark.slow
def test_a_translation_attends_sparsely(tmp_path):
    numbers = ["one", "two", "three", "four", "five", "six"]
    rows = [f"{a} and {b}\t{b} et {a}" for a in numbers for b in numbers if a != b]
    (tmp_path / "pairs.tsv").write_text("source\ttarget\n" + "\n".join(rows) + "\n")
    data = {"source": str(tmp_path / "pairs.tsv"), "validation": 0.2, "test": 0.2}
    model = {"units": 8, "embedding": 4, "attention": "sparse"}
    small = {"batch": {"size": 8}, "search": {"length": 6, "strategy": "greedy"}, "train": {"steps": 2}}
    run = zoo.run("translation", data=data, model=model, out=str(tmp_path / "run"), **small)
    assert len(run.predict(["one and two", "six and five"])) == 2
    (alignment,) = run.align(["one and two"], ["two et one"])
    np.testing.assert_allclose(alignment.weights.sum(axis=1), 1.0, atol=1e-5)


def test_a_text_is_written_by_name(tmp_path):
    (tmp_path / "text.txt").write_text("she sells sea shells by the sea shore\n" * 60)
    small = {"model": {"units": 8, "layers": 1}, "batch": {"size": 8, "length": 16}, "train": {"steps": 2}}
    run = zoo.run("charlm", data=str(tmp_path / "text.txt"), out=str(tmp_path / "run"), **small)
    texts = [run.sample(strategy="sparse", temperature=heat, length=30, seed=3) for heat in (2.0, 2.0, 0.0)]
    assert len(texts[0]) == 30 and texts[0] == texts[1]
    assert texts[2] == run.sample(strategy="greedy", length=30, seed=3)


class Fixed:
    """A stepper whose next token does not depend on the past."""

    chances = np.array([0, 0, 0.5, 0.3, 0.12, 0.08], "float32")

    def start(self, rows, memory=None):
        return [ops.zeros((rows, 1))]

    def step(self, tokens, state, memory=None):
        logits = ops.log(ops.convert_to_tensor(self.chances))
        return ops.tile(logits[None], (ops.shape(tokens)[0], 1)), state


def test_tokens_are_drawn_as_often_as_sparsemax_says():
    found = Generator(Fixed(), begin=0, end=1).search([[]] * 8, strategy=SparseSample(2.0), length=500)
    tokens = np.concatenate([text[0].tokens for text in found])
    shares = np.bincount(tokens, minlength=6) / len(tokens)
    with np.errstate(divide="ignore"):
        wanted = projection(np.maximum(np.log(Fixed.chances), -1e9) / 2)
    np.testing.assert_allclose(shares, wanted, atol=0.03)
    assert not shares[:2].any()


def test_the_attention_is_saved_and_loaded():
    layer = keras.layers.deserialize(keras.layers.serialize(SparseAttention(4)))
    assert isinstance(layer, SparseAttention) and layer.units == 4
