"""A classifier: its poolings look only at what is there, words are dropped whole, and it is saved and loaded."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from zoo.errors import UsageError
from zoo.models import Classifier, Encoder
from zoo.ops.randomness import ExampleRandomness

TOKENS, CLASSES, PLACES = 7, 3, 5
SOURCE = np.array([[1, 2, 3, 4, 5], [6, 5, 1, 0, 0]], np.int32)  # [B, S]
MASK = np.array([[True] * 5, [True] * 3 + [False] * 2])  # [B, S]
POOLINGS = ("last", "mean", "max", "attention")


def make(pooling: str, **encoder: object) -> Classifier:
    keras.utils.set_random_seed(0)
    arguments: dict = {"units": 4, "embedding": 3, **encoder}
    model = Classifier(Encoder(TOKENS, **arguments), CLASSES, pooling)
    model.build()
    return model


@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_pooling_looks_only_at_what_is_there(pooling: str) -> None:
    model = make(pooling)
    logits, looked = map(np.asarray, model.explain(SOURCE, mask=MASK))
    alone, looked_alone = map(np.asarray, model.explain(SOURCE[1:, :3]))
    assert logits.shape == (2, CLASSES) and looked.shape == (2, PLACES)
    np.testing.assert_allclose(logits[1], alone[0], atol=1e-6)
    np.testing.assert_allclose(looked[1, :3], looked_alone[0], atol=1e-6)
    assert not looked[1, 3:].any()
    expected = [1.0, 1.0] if pooling in ("mean", "attention") else [0.0, 0.0]
    np.testing.assert_allclose(looked.sum(-1), expected, atol=1e-6)


def test_poolings_are_what_their_names_say() -> None:
    encoder = make("mean").encoder
    read = encoder(SOURCE, mask=MASK)
    memory = np.asarray(read["memory"])  # [B, S, D]
    for pooling, wanted in (
        ("mean", memory[1, :3].mean(0)),
        ("max", memory[1, :3].max(0)),
        ("last", read["summary"][1]),
    ):
        model = make(pooling)
        pooled, _ = model.pooling(memory, MASK, read["summary"])
        np.testing.assert_allclose(pooled[1], wanted, atol=1e-6)
    with pytest.raises(UsageError, match="unknown pooling 'maxx'; did you mean 'max'"):
        make("maxx")


def test_words_are_dropped_whole() -> None:
    """Of a word that is dropped nothing is left, and the others are scaled up."""
    encoder = make("last", embedding=50, word_dropout=0.5).encoder
    with ExampleRandomness(key=1):
        kept = np.asarray(encoder.word_dropout(np.ones((8, 40, 50), np.float32), training=True))  # [B, S, E]
    assert set(np.unique(kept)) == {0.0, 2.0}
    assert (kept == kept[:, :, :1]).all(), "all features of a word or none"
    assert 0.4 < (kept[:, :, 0] > 0).mean() < 0.6
    assert (kept[0, :, 0] != kept[1, :, 0]).any()


@pytest.mark.parametrize("pooling", POOLINGS)
def test_saved_and_loaded(pooling: str, tmp_path: Path) -> None:
    model = make(pooling, word_dropout=0.25)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(SOURCE, mask=MASK), model(SOURCE, mask=MASK), atol=1e-6)
    assert loaded.encoder.word_dropout.rate == 0.25
