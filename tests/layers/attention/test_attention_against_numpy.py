"""The attention mechanisms against references in plain numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layers.attention import references
from tests.properties import tried

MASKS = {
    "none": None,
    "right": np.array([[5], [3], [1], [4]]) > np.arange(5),
    "holes": np.array([[1, 0, 1, 0, 1], [0, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 0, 0, 1, 0]], bool),
    "full": np.array([[1] * 5, [0] * 5, [0] * 5, [1, 0, 0, 0, 0]], bool),
}


def make(name: str, queries: int, memory: int, units: int = 4, **arguments):
    """Make a mechanism with weights that are all different from zero."""
    from zoo.layers import attention_by_name

    layer = attention_by_name(name)(units, **arguments)
    layer.build((None, None, queries), (None, None, memory))
    generator = np.random.default_rng(3)
    layer.set_weights(
        [
            weight if weight.dtype == np.uint32 else generator.normal(size=weight.shape).astype(weight.dtype)
            for weight in layer.get_weights()
        ]
    )
    return layer


def check(name: str, layer, queries, memory, mask, tolerance: float = 1e-5, **arguments) -> None:
    contexts, alignments = layer(queries, memory, mask=mask)
    expected, places = references.run(name, layer, queries, memory, mask, **arguments)
    if name == "hard":
        # Where two places are as likely but for rounding, either may be looked at.
        _, soft = references.run("additive", layer, queries, memory, mask)
        best = np.sort(np.pad(soft, ((0, 0), (0, 0), (1, 0))), axis=-1)
        tied = (best[..., -1] - best[..., -2] < 1e-4)[..., None]  # [B, T, 1]
        contexts = np.where(tied, expected, np.asarray(contexts, "float32"))
        alignments = np.where(tied, places, np.asarray(alignments, "float32"))
    np.testing.assert_allclose(np.asarray(alignments, "float32"), places, atol=tolerance)
    np.testing.assert_allclose(np.asarray(contexts, "float32"), expected, atol=4 * tolerance, rtol=4 * tolerance)
    sums = np.asarray(alignments).sum(-1)
    there = np.ones(len(memory), bool) if mask is None else mask.any(1)
    assert (sums[~there] == 0).all() and (np.asarray(contexts, "float32")[~there] == 0).all()
    if name == "monotonic":
        assert sums.max() <= 1 + tolerance
    else:
        np.testing.assert_allclose(sums[there], 1, atol=max(tolerance, 1e-5))


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("name", references.NAMES)
def test_masks(name, mask):
    generator = np.random.default_rng(0)
    queries = generator.normal(size=(4, 3, 4)).astype("float32")
    memory = generator.normal(size=(4, 5, 4)).astype("float32")
    arguments = {"hard": True} if name == "monotonic" else {}
    check(name, make(name, 4, 4), queries, memory, MASKS[mask], **arguments)


@pytest.mark.parametrize("name", references.NAMES)
@tried(8)
@given(data=st.data())
def test_shapes(name, data):
    rows, steps, places, width, units = (data.draw(st.integers(1, 6), label=name) for name in "BTSDU")
    other = width if name == "dot" else data.draw(st.integers(1, 6), label="Q")
    generator = np.random.default_rng(data.draw(st.integers(0, 99), label="seed"))
    queries = generator.normal(size=(rows, steps, other)).astype("float32")
    memory = generator.normal(size=(rows, places, width)).astype("float32")
    mask = generator.random((rows, places)) < 0.6 if data.draw(st.booleans(), label="mask") else None
    arguments = {"inference": "soft"} if name == "monotonic" else {}
    arguments |= {"heads": units} if name == "multihead" else {}
    arguments |= {"width": data.draw(st.integers(1, 8), label="width")} if name == "location" else {}
    check(name, make(name, other, width, units, **arguments), queries, memory, mask)


@pytest.mark.parametrize("name", references.NAMES)
def test_16_bit(name):
    generator = np.random.default_rng(1)
    queries = generator.normal(size=(4, 3, 4)).astype("float32")
    memory = generator.normal(size=(4, 5, 4)).astype("float32")
    arguments = {"inference": "soft"} if name == "monotonic" else {}
    layer = make(name, 4, 4, dtype="mixed_bfloat16", **arguments)
    contexts, alignments = layer(queries, memory, mask=MASKS["full"])
    assert (contexts.dtype, alignments.dtype) == ("bfloat16", "float32")
    # The place that hard attention looks at is as near as can be: see to it that rounding does not change it.
    check(name, layer, queries, memory, MASKS["full"], tolerance=0.04)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_the_softmax_of_16_bit_policies_is_that_of_32_bits(policy):
    """In bfloat16 a sum of 3000 ones would stop at 256."""
    from zoo.layers import DotAttention

    memory = np.zeros((1, 3000, 2), "float32")
    _, alignments = DotAttention(2, dtype=policy)(np.zeros((1, 1, 2), "float32"), memory)
    np.testing.assert_allclose(alignments, np.full((1, 1, 3000), 1 / 3000), rtol=1e-5)


@pytest.mark.parametrize("name", references.NAMES)
def test_scores_beyond_the_range_of_exponentials(name):
    layer = make(name, 2, 2)
    queries = np.full((1, 2, 2), 3e4, "float32")
    memory = np.array([[[3e4, 1], [-3e4, 2], [0, 0]]], "float32")
    for values in layer(queries, memory, training=True):
        assert np.isfinite(values).all()


def test_coverage_loss():
    from zoo.layers import coverage_loss

    generator = np.random.default_rng(0)
    alignments = generator.dirichlet(np.ones(4), size=(2, 3)).astype("float32")
    expected = np.zeros((2, 3))
    for row in range(2):
        covered = np.zeros(4)
        for step in range(3):
            expected[row, step] = np.minimum(alignments[row, step], covered).sum()
            covered += alignments[row, step]
    np.testing.assert_allclose(coverage_loss(alignments), expected, atol=1e-6)
    assert (np.asarray(coverage_loss(alignments))[:, 0] == 0).all()
