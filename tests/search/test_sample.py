"""Draws against the exact distribution, and truncations against sorting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from tests.search.steppers import Chain, by_xla, log_softmax
from zoo.errors import UsageError
from zoo.search import Generator, Sample, truncation

DRAWS = 4096
# 99.99 % of the chi-square distribution with so many degrees of freedom lies below these.
LIMIT = {1: 15.1, 2: 18.4, 3: 21.1, 4: 23.5, 5: 25.7, 6: 27.9}


def top_k(chances: np.ndarray, count: int) -> np.ndarray:
    return np.argsort(-chances)[:count]


def top_p(chances: np.ndarray, mass: float) -> np.ndarray:
    order = np.argsort(-chances)
    return order[: 1 + np.searchsorted(np.cumsum(chances[order]), mass)]


def min_p(chances: np.ndarray, share: float) -> np.ndarray:
    return np.flatnonzero(chances >= share * chances.max())


def typical(chances: np.ndarray, mass: float) -> np.ndarray:
    entropy = -(chances * np.log(chances)).sum()
    order = np.argsort(np.abs(-np.log(chances) - entropy))
    return order[: 1 + np.searchsorted(np.cumsum(chances[order]), mass)]


REFERENCES = {"top_k": top_k, "top_p": top_p, "min_p": min_p, "typical": typical}
LOGITS = np.random.default_rng(0).normal(size=7)


@pytest.mark.parametrize(
    "words",
    [
        {"temperature": 0.5},
        {"temperature": 1.0},
        {"temperature": 2.0},
        {"top_k": 3},
        {"top_p": 0.75},
        {"min_p": 0.3},
        {"typical": 0.6},
        {"temperature": 1.7, "top_k": 5, "top_p": 0.8},
    ],
)
def test_frequencies_are_those_of_the_distribution(words: dict[str, Any]):
    generator = Generator(Chain(np.tile(LOGITS, (7, 1))), by_xla, chunk=1)
    found = generator.search([[2]] * DRAWS, strategy=Sample(**words), length=1, batch=DRAWS)
    counts = np.bincount([texts[0].tokens[0] for texts in found], minlength=7)
    exact = np.exp(log_softmax(LOGITS / words.get("temperature", 1.0)))
    for name in ("top_k", "top_p", "min_p", "typical"):
        if name in words:
            left = np.flatnonzero(exact)
            left = left[REFERENCES[name](exact[left], words[name])]
            exact = np.where(np.isin(np.arange(7), left), exact, 0)
            exact /= exact.sum()
    possible = exact > 0
    assert counts[~possible].sum() == 0
    chi_square = ((counts - DRAWS * exact)[possible] ** 2 / (DRAWS * exact[possible])).sum()
    assert chi_square < LIMIT[possible.sum() - 1]


@tried(40)
@given(
    seed=st.integers(0, 10**6),
    size=st.sampled_from([2, 7, 300]),
    spread=st.sampled_from([0.1, 1.0, 8.0]),
    name=st.sampled_from(sorted(REFERENCES)),
    share=st.floats(0.05, 0.95),
)
def test_truncations_keep_what_sorting_would_keep(seed: int, size: int, spread: float, name: str, share: float):
    logits = np.random.default_rng(seed).normal(scale=spread, size=(2, size)).astype(np.float32)
    option = 1 + int(share * size) if name == "top_k" else share
    kept = np.asarray(getattr(truncation, name)(logits, np.float32(option))) > -np.inf
    for row, scores in enumerate(logits):
        chances = np.exp(log_softmax(scores))
        expected = np.isin(np.arange(size), REFERENCES[name](chances, option))
        # A sum that meets the amount to the last digit may fall on either side.
        assert (kept[row] != expected).sum() <= (name != "top_k") * 1
        if size < 300:
            assert kept[row].tolist() == expected.tolist()


def test_what_is_forbidden_stays_forbidden_and_all_can_be_kept():
    scores = np.array([[0.0, -1.0, -np.inf, -3.0]], np.float32)
    for name in REFERENCES:
        truncate = getattr(truncation, name)
        assert np.isneginf(np.asarray(truncate(scores, np.float32(0.9)))[0, 2])
        everything = np.float32(0.0 if name == "min_p" else 4 if name == "top_k" else 1)
        assert np.asarray(truncate(scores, everything)).tolist() == scores.tolist()
    assert np.isfinite(np.asarray(truncation.top_k(scores, np.float32(1)))).sum() == 1
    equal = np.zeros((1, 5), np.float32)
    assert np.isfinite(np.asarray(truncation.top_k(equal, np.float32(2)))).all()


def test_numbers_compile_nothing_anew():
    generator = Generator(Chain(np.tile(LOGITS, (7, 1))), by_xla, chunk=4)
    for temperature in (0.5, 0.7, 1.3):
        for top in (2, 5):
            generator.search([[1]], strategy=Sample(temperature, top_k=top), length=4)
    assert generator.traces == 1
    generator.search([[1]], strategy=Sample(0.5, top_p=0.5), length=4)
    assert generator.traces == 2


def test_options_out_of_range_are_refused():
    for words, sentence in [
        ({"temperature": -1.0}, "temperature=-1.0: it must be at least 0"),
        ({"top_k": -1}, "top_k=-1: it must be at least 0"),
        ({"top_p": 1.5}, "top_p=1.5: it must be from 0 to 1"),
    ]:
        with pytest.raises(UsageError) as caught:
            Sample(**words)
        assert str(caught.value) == sentence
