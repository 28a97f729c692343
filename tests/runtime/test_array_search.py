"""Searches over NumPy arrays find what searches over tensors find, with every option."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from tests.search.steppers import Clock, plainly
from zoo.backend import numpy_ops
from zoo.backend.array_namespace import to_numpy
from zoo.backend.types import Nest
from zoo.runtime.generator import ArrayGenerator
from zoo.runtime.manifest import Choices
from zoo.runtime.scorer import ArrayScorer
from zoo.search import (
    Banned,
    Beam,
    Bias,
    Forced,
    Generator,
    Greedy,
    MinLength,
    NoRepeat,
    RepetitionPenalty,
    Sample,
    Scorer,
    Stepper,
    Strategy,
)

SIZE, END = 6, 5
STRATEGIES = [
    Greedy(),
    Sample(),
    Sample(temperature=0.7, top_k=3),
    Sample(top_p=0.8, min_p=0.05),
    Sample(typical=0.9),
    Beam(beam=4, n_best=3),
    Beam(beam=4, length_penalty=0.8, groups=2),
    Beam(beam=3, n_best=2, stop_early=False),
]
PROCESSORS = (
    Banned((1,)),
    Bias(((2, 1.5),)),
    RepetitionPenalty(1.5),
    NoRepeat(2),
    MinLength(4),
    Forced(((0, 3),)),
)


class Arrays:
    """A stepper of tensors as one of arrays."""

    def __init__(self, model: Stepper) -> None:
        self._model = model

    def start(self, rows: int, memory: Nest | None = None) -> list[np.ndarray]:
        state = self._model.start(rows)
        return [to_numpy(state["time"]), to_numpy(state["last"][0])]

    def step(
        self, tokens: np.ndarray, state: list[np.ndarray], memory: Nest | None = None
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        logits, after = self._model.step(tokens, {"time": state[0], "last": [state[1]]})
        return to_numpy(logits), [to_numpy(after["time"]), to_numpy(after["last"][0])]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: str(strategy.key()))
def test_the_same_texts_and_scores(strategy: Strategy):
    model = Clock(np.random.default_rng(3).normal(size=(5, SIZE, SIZE, SIZE)) * 2)
    primes = [[1], [2, 0, 1], [3, 4]]
    arguments: dict[str, Any] = {"strategy": strategy, "length": [4, 6, 7], "seeds": [1, 2, 3]}
    for processors in ((), PROCESSORS):
        wanted = Generator(model, plainly, end=END).search(primes, processors=processors, **arguments)
        found = ArrayGenerator(Arrays(model), end=END).search(primes, processors=processors, **arguments)
        for ours, theirs in zip(found, wanted, strict=True):
            assert [text.tokens.tolist() for text in ours] == [text.tokens.tolist() for text in theirs]
            np.testing.assert_allclose([text.score for text in ours], [text.score for text in theirs], rtol=1e-4)


def test_streams_and_scores_are_those_of_whole_searches():
    model = Clock(np.random.default_rng(4).normal(size=(5, SIZE, SIZE, SIZE)))
    generator = ArrayGenerator(Arrays(model), end=END)
    primes, texts = [[1], [2, 0, 1]], [[], []]
    for new in generator.stream(primes, strategy=Sample(), length=9, seeds=[5, 6]):
        texts = [text + tokens.tolist() for text, tokens in zip(texts, new, strict=True)]
    found = generator.search(primes, strategy=Sample(), length=9, seeds=[5, 6])
    assert texts == [best[0].tokens.tolist() for best in found]
    ended = [best[0].ended for best in found]
    ours = ArrayScorer(Arrays(model), end=END).score(primes, texts, ended=ended)
    theirs = Scorer(model, plainly, end=END).score(primes, texts, ended=ended)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one.tokens, other.tokens, atol=1e-5)
    np.testing.assert_allclose([one.total for one in ours], [best[0].log_probability for best in found], atol=1e-4)


@tried(20)
@given(st.integers(0, 1 << 32 - 1), st.integers(1, 300), st.integers(1, 9))
def test_the_largest_numbers_come_in_order(seed: int, size: int, count: int):
    values = np.random.default_rng(seed).integers(0, 9, (3, size)).astype(np.float32)
    numbers, places = numpy_ops.top_k(values, min(count, size))
    wanted = np.argsort(-values, axis=1, kind="stable")[:, : min(count, size)]
    np.testing.assert_array_equal(places, wanted)
    np.testing.assert_array_equal(numbers, np.take_along_axis(values, wanted, axis=1))


class Choosing(Arrays):
    """A stepper that finds the likeliest tokens itself, as the graph of a step does."""

    choices = Choices("count", "scores", "tokens", SIZE, SIZE)

    def choose(
        self, count: int, tokens: np.ndarray, state: list[np.ndarray], memory: Nest | None = None
    ) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        logits, after = self.step(tokens, state)
        places = np.argsort(-logits, axis=1, kind="stable")[:, :count]
        return np.take_along_axis(numpy_ops.log_softmax(logits), places, axis=1), places, after


@st.composite
def searches(draw: st.DrawFn) -> dict[str, Any]:
    beam = draw(st.integers(1, 4))
    strategy = draw(
        st.one_of(
            st.just(Greedy()),
            st.builds(
                Beam,
                beam=st.just(beam),
                n_best=st.integers(1, beam),
                length_penalty=st.sampled_from([0.0, 0.7]),
                stop_early=st.booleans(),
            ),
        )
    )
    primes = draw(st.lists(st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=3), min_size=1, max_size=4))
    banned = draw(st.lists(st.integers(0, SIZE - 1), max_size=SIZE, unique=True))
    length = draw(st.lists(st.integers(0, 7), min_size=len(primes), max_size=len(primes)))
    return {"primes": primes, "strategy": strategy, "processors": (Banned(tuple(banned)),), "length": length}


@tried(40)
@given(st.integers(0, 1 << 32 - 1), searches())
def test_the_likeliest_tokens_are_enough(seed: int, arguments: dict[str, Any]):
    model = Clock(np.random.default_rng(seed).normal(size=(5, SIZE, SIZE, SIZE)) * 2)
    wanted = ArrayGenerator(Arrays(model), end=END).search(**arguments)
    found = ArrayGenerator(Choosing(model), end=END).search(**arguments)
    for ours, theirs in zip(found, wanted, strict=True):
        assert [text.tokens.tolist() for text in ours] == [text.tokens.tolist() for text in theirs]
        np.testing.assert_allclose([text.score for text in ours], [text.score for text in theirs], rtol=1e-5)
