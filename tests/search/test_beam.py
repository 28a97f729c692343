"""Beam search against a search of everything, on models small enough for that."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from tests.properties import tried
from tests.search.steppers import Chain, Clock, as_graph, by_xla, plainly
from zoo.backend.types import Nest, Tensor
from zoo.errors import UsageError
from zoo.models import Decoder
from zoo.search import (
    Banned,
    Beam,
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

SIZE, END = 4, 3


def clock(seed: int, steps: int = 7, spread: float = 1.5) -> Clock:
    return Clock(np.random.default_rng(seed).normal(scale=spread, size=(steps, SIZE, SIZE, SIZE)))


def generator(model: Stepper, **more: Any) -> Generator:
    return Generator(model, plainly, chunk=6, **{"end": END, **more})


def everything(model: Clock, prime: list[int], length: int, alpha: float) -> list[tuple[float, tuple[int, ...], float]]:
    """Every text there is: (score, tokens with the end, log-probability), best first."""
    found = []
    others = [token for token in range(SIZE) if token != END]
    texts = [(*text, END) for n in range(length) for text in itertools.product(others, repeat=n)]
    texts += list(itertools.product(others, repeat=length))
    for text in texts:
        log = sum(model.logs([*prime, *text[:place]])[token] for place, token in enumerate(text))
        found.append((log / ((5 + len(text)) / 6) ** alpha, text, log))
    return sorted(found, reverse=True)


@tried(12)
@given(seed=st.integers(0, 10**6), length=st.integers(1, 4), alpha=st.sampled_from([0.0, 0.6, 1.0, 2.0]))
def test_a_wide_beam_finds_what_a_search_of_everything_finds(seed: int, length: int, alpha: float):
    model, prime = clock(seed), [1, 0]
    expected = everything(model, prime, length, alpha)
    width = len(expected)
    beam = Beam(width, n_best=min(5, width), length_penalty=alpha)
    (found,) = generator(model).search([prime], strategy=beam, length=length)
    assert [hypothesis.tokens.tolist() for hypothesis in found] == [
        [token for token in text if token != END] for _, text, _ in expected[: len(found)]
    ]
    assert [hypothesis.score for hypothesis in found] == pytest.approx([row[0] for row in expected[: len(found)]], 1e-4)
    assert [hypothesis.log_probability for hypothesis in found] == pytest.approx(
        [row[2] for row in expected[: len(found)]], 1e-4
    )
    assert [hypothesis.ended for hypothesis in found] == [text[-1] == END for _, text, _ in expected[: len(found)]]


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_the_same_for_all_texts_of_six_tokens_by_xla(alpha: float):
    model = clock(11)
    expected = everything(model, [2], 6, alpha)
    assert len(expected) == 1093
    beam = Beam(1093, n_best=100, length_penalty=alpha)
    (found,) = Generator(model, by_xla, chunk=6, end=END).search([[2]], strategy=beam, length=6)
    assert [hypothesis.score for hypothesis in found] == pytest.approx([row[0] for row in expected[:100]], 1e-4)
    assert len({tuple(hypothesis.tokens) for hypothesis in found}) == 100


def recurrent() -> Decoder:
    model = Decoder(SIZE, cell="gru", layers=1, units=3, embedding=2)
    model.build()
    draw = np.random.default_rng(5)
    model.set_weights([draw.normal(size=weight.shape) for weight in model.get_weights()])
    return model


def test_the_same_for_a_recurrent_model_and_its_own_probabilities():
    model = recurrent()
    others = [token for token in range(SIZE) if token != END]
    texts = [(*text, END) for n in range(4) for text in itertools.product(others, repeat=n)]
    texts += list(itertools.product(others, repeat=4))
    # All at once through the model as it is trained, where states are not carried step by step.
    padded = np.zeros((len(texts), 5), np.int32)
    for row, text in enumerate(texts):
        padded[row, 1 : 1 + len(text)] = text
    logs = ops.convert_to_numpy(ops.log_softmax(model(padded)[0]))  # [N, 5, V]
    totals = [sum(logs[row, place, token] for place, token in enumerate(text)) for row, text in enumerate(texts)]
    order = np.argsort(totals)[::-1]
    (found,) = Generator(model, as_graph, chunk=4, end=END).search([[0]], strategy=Beam(121, n_best=20), length=4)
    assert [hypothesis.tokens.tolist() for hypothesis in found] == [
        [token for token in texts[place] if token != END] for place in order[:20]
    ]
    assert [hypothesis.score for hypothesis in found] == pytest.approx([totals[place] for place in order[:20]], 1e-4)


@tried(12)
@given(seed=st.integers(0, 10**6), alpha=st.sampled_from([0.0, 1.5]), ends=st.booleans())
def test_a_beam_of_one_is_greedy(seed: int, alpha: float, ends: bool):
    search = generator(clock(seed), end=END if ends else None).search
    one = search([[1], [0, 2, 1]], strategy=Beam(1, length_penalty=alpha), length=6)
    greedy = search([[1], [0, 2, 1]], strategy=Greedy(), length=6)
    assert [row[0].tokens.tolist() for row in one] == [row[0].tokens.tolist() for row in greedy]
    assert [row[0].log_probability for row in one] == pytest.approx([row[0].log_probability for row in greedy], 1e-5)


@tried(12)
@given(
    seed=st.integers(0, 10**6),
    width=st.integers(1, 6),
    alpha=st.sampled_from([0.0, 0.6, 2.0]),
    best=st.integers(1, 3),
    length=st.integers(1, 8),
)
def test_stopping_early_changes_nothing(seed: int, width: int, alpha: float, best: int, length: int):
    steps = []

    class Counted(Clock):
        def step(self, tokens: Tensor, state: Nest, memory: Nest | None = None) -> tuple[Tensor, Nest]:
            steps.append(1)
            return super().step(tokens, state)

    search = generator(Counted(clock(seed).table)).search
    found = {}
    for early in (True, False):
        steps.clear()
        beam = Beam(width, min(best, width), alpha, stop_early=early)
        (texts,) = search([[1]], strategy=beam, length=length)
        found[early] = ([(text.tokens.tolist(), round(text.score, 5)) for text in texts], len(steps))
    assert found[True][0] == found[False][0]
    assert found[True][1] <= found[False][1]


def test_stopping_early_saves_steps():
    table = np.zeros((SIZE, SIZE))
    table[:, END] = 4  # the likeliest text is the empty one, and that is certain after one step
    (found,) = generator(Chain(table)).search([[0]], strategy=Beam(3), length=50)
    assert found[0].tokens.tolist() == []
    steps = []

    class Counted(Chain):
        def step(self, tokens: Tensor, state: Nest, memory: Nest | None = None) -> tuple[Tensor, Nest]:
            steps.append(1)
            return super().step(tokens, state)

    generator(Counted(table)).search([[0]], strategy=Beam(3), length=50)
    assert len(steps) == 1


@tried(15)
@given(seed=st.integers(0, 10**6), groups=st.sampled_from([1, 2, 3]), diversity=st.sampled_from([0.0, 0.7]))
def test_answers_are_sorted_and_different(seed: int, groups: int, diversity: float):
    beam = Beam(6, 6, 0.6, groups=groups, diversity=diversity)
    for found in generator(clock(seed)).search([[0], [1], [2]], strategy=beam, length=5):
        scores = [hypothesis.score for hypothesis in found]
        assert scores == sorted(scores, reverse=True)
        assert len({(tuple(h.tokens), h.ended) for h in found}) == len(found) >= 1
        assert all(len(hypothesis.tokens) <= 5 for hypothesis in found)


def test_a_beam_larger_than_the_vocabulary_and_than_all_texts():
    model = clock(3)
    (found,) = generator(model).search([[1]], strategy=Beam(50, n_best=50), length=2)
    assert len(found) == 13  # 1 + 3 + 9
    assert sum(math.exp(hypothesis.score) for hypothesis in found) == pytest.approx(1, abs=1e-5)


@tried(10)
@given(seed=st.integers(0, 10**6))
def test_scores_are_those_of_the_scorer(seed: int):
    model = clock(seed)
    found = generator(model).search([[1], [2, 2]], strategy=Beam(4, n_best=4), length=5)
    scorer = Scorer(model, plainly, chunk=4, end=END)
    for prime, texts in zip([[1], [2, 2]], found, strict=True):
        scores = scorer.score([prime] * len(texts), [t.tokens for t in texts], ended=[t.ended for t in texts])
        assert [score.total for score in scores] == pytest.approx([text.log_probability for text in texts], 1e-4)
        for score, text in zip(scores, texts, strict=True):
            whole = [*text.tokens.tolist(), *([END] if text.ended else [])]
            exact = [model.logs([*prime, *whole[:place]])[token] for place, token in enumerate(whole)]
            np.testing.assert_allclose(score.tokens, exact, rtol=1e-4, atol=1e-5)


def test_groups_avoid_what_the_earlier_ones_chose():
    # Tokens 0 and 1 are nearly equally likely after everything; without a penalty both groups write the same.
    table = np.tile(np.log([0.51, 0.49]), (2, 1))
    search = Generator(Chain(table), plainly, chunk=4).search
    for diversity, expected in ((0.0, [[0, 0, 0]]), (1.0, [[0, 0, 0], [1, 1, 1]])):
        (found,) = search([[0]], strategy=Beam(2, 2, groups=2, diversity=diversity), length=3)
        assert [hypothesis.tokens.tolist() for hypothesis in found] == expected
    assert found[1].score == pytest.approx(3 * math.log(0.49), 1e-5)  # the penalty is no part of the score


class Looking:
    """Token t looks at source position t with weight 0.9; the rest is spread. Memory: who may be looked at `[B, S]`."""

    def __init__(self, table: np.ndarray) -> None:
        self.table = table.astype(np.float32)

    def start(self, rows: int, memory: Nest = None) -> Nest:
        return {"alignment": ops.zeros_like(memory), "last": ops.zeros((rows,), "int32")}

    def step(self, tokens: Tensor, state: Nest, memory: Nest = None) -> tuple[Tensor, Nest]:
        assert memory.shape[0] == tokens.shape[0]
        looks = ops.one_hot(tokens, memory.shape[1]) * 0.9 + 0.1 / memory.shape[1]
        return ops.take(self.table, tokens, axis=0), {"alignment": looks * memory, "last": tokens}

    def alignment(self, state: Nest) -> Tensor:
        return state["alignment"]


def test_the_coverage_penalty_is_that_of_the_paper():
    draw = np.random.default_rng(2)
    table, end, beta, alpha, length = draw.normal(size=(4, 4)), 3, 0.7, 0.6, 4
    mask = np.array([[1, 1, 1, 0], [1, 1, 0, 0]], bool)
    model = Looking(table)
    strategy = Beam(121, 10, alpha, beta)
    found = Generator(model, plainly, chunk=4, end=end).search(
        [[0], [1]], memory=mask.astype("float32"), mask=mask, strategy=strategy, length=length
    )
    logs = table - np.log(np.exp(table).sum(axis=1, keepdims=True))
    for row, first in enumerate([0, 1]):
        expected = []
        others = [0, 1, 2]
        texts = [(*text, end) for n in range(length) for text in itertools.product(others, repeat=n)]
        for text in [*texts, *itertools.product(others, repeat=length)]:
            read = (first, *text[:-1])
            seen = sum(np.eye(4)[token] * 0.9 + 0.025 for token in read)
            coverage = sum(math.log(min(seen[place], 1.0)) for place in range(4) if mask[row, place])
            log = sum(logs[before, token] for before, token in zip(read, text, strict=True))
            expected.append(log / ((5 + len(text)) / 6) ** alpha + beta * coverage)
        assert [text.score for text in found[row]] == pytest.approx(sorted(expected, reverse=True)[:10], 1e-4)


def test_coverage_needs_a_model_that_attends():
    with pytest.raises(UsageError, match="coverage_penalty needs a model that attends"):
        generator(clock(0)).search([[0]], strategy=Beam(2, coverage_penalty=0.1), length=2)


@pytest.mark.parametrize("strategy", [Greedy(), Sample(0.9), Beam(3, n_best=2), Beam(4, groups=2)])
def test_processors_compose_with_every_strategy(strategy: Strategy):
    processors = [RepetitionPenalty(1.3), Banned((1,)), NoRepeat(2), MinLength(3)]
    draw = np.random.default_rng(4)
    search = Generator(Chain(draw.normal(size=(9, 9))), plainly, chunk=8, end=0).search
    primes = [[4], [5, 6, 5]]
    found = search(primes, strategy=strategy, processors=processors, length=12)
    for prime, texts in zip(primes, found, strict=True):
        for text in texts:
            whole = [*prime, *text.tokens.tolist()]
            pairs = list(itertools.pairwise(whole))
            assert len(text.tokens) >= 3 and 1 not in text.tokens
            assert len(pairs) == len(set(pairs))


def test_contradictory_options_are_refused():
    for words, sentence in [
        ({"beam": 2, "n_best": 3}, "n_best=3: a beam of 2 has at most 2 answers"),
        ({"beam": 5, "groups": 2}, "groups=2: a beam of 5 cannot be divided into as many equal groups"),
        ({"beam": 0}, "beam=0: it must be at least 1"),
        ({"length_penalty": -1.0}, "length_penalty=-1.0: it must be at least 0"),
    ]:
        with pytest.raises(UsageError) as caught:
            Beam(**words)
        assert str(caught.value) == sentence
