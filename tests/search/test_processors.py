"""Processors against plain numpy versions, one text at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from tests.search.steppers import Chain, plainly
from zoo.errors import UsageError
from zoo.search import Banned, Beam, Bias, Forced, Generator, Greedy, MinLength, NoRepeat, Processor, RepetitionPenalty
from zoo.search.processors import Written

SIZE = 6


def applied(
    processor: Processor, logits: np.ndarray, history: list[list[int]], position: list[int], end: int | None = 0
) -> np.ndarray:
    """The processor's answer for texts of one length, in a history that has room for more."""
    read = len(history[0])
    array = np.full((len(history), 16), -1, np.int32)
    array[:, :read] = history
    bound = processor.bind({name: np.float32(value) for name, value in processor.numbers().items()})
    written = Written(array, np.int32(read), np.array(position, np.int32), end)
    return np.asarray(bound(logits, written))


histories = st.integers(1, 12).flatmap(
    lambda read: st.lists(st.lists(st.integers(0, SIZE - 1), min_size=read, max_size=read), min_size=2, max_size=2)
)


@tried(30)
@given(history=histories, seed=st.integers(0, 1000), penalty=st.floats(1.01, 3))
def test_repetition_penalty(history: list[list[int]], seed: int, penalty: float):
    logits = np.random.default_rng(seed).normal(size=(2, SIZE)).astype(np.float32)
    expected = logits.copy()
    for row, text in enumerate(history):
        for token in set(text):
            expected[row, token] *= 1 / penalty if expected[row, token] > 0 else penalty
    found = applied(RepetitionPenalty(penalty), logits, history, [1, 1])
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@tried(50)
@given(history=histories, size=st.integers(1, 4))
def test_no_repeat(history: list[list[int]], size: int):
    found = applied(NoRepeat(size), np.zeros((2, SIZE), np.float32), history, [1, 1])
    for row, text in enumerate(history):
        grams = {tuple(text[place : place + size]) for place in range(len(text) - size + 1)}
        beginning = text[len(text) - size + 1 :] if size > 1 else []
        forbidden = [len(text) >= size - 1 and (*beginning, token) in grams for token in range(SIZE)]
        assert np.isneginf(found[row]).tolist() == forbidden


def test_min_length_bans_the_end_only_and_only_at_first():
    logits = np.zeros((3, SIZE), np.float32)
    found = applied(MinLength(2), logits, [[0]] * 3, [-1, 1, 2], end=4)
    assert np.isneginf(found).tolist() == [[False] * 4 + [early, False] for early in (True, True, False)]
    assert not np.isneginf(applied(MinLength(2), logits, [[0]] * 3, [0, 0, 0], end=None)).any()


def test_banned_forced_and_bias():
    logits = np.arange(2 * SIZE, dtype=np.float32).reshape(2, SIZE)
    banned = logits.copy()
    banned[:, [1, 3]] = -np.inf
    assert applied(Banned((1, 3)), logits, [[0], [0]], [0, 1]).tolist() == banned.tolist()
    forced = np.full_like(logits, -np.inf)
    forced[0, 5], forced[1] = logits[0, 5], logits[1]
    assert applied(Forced(((0, 5), (3, 2))), logits, [[0], [0]], [0, 1]).tolist() == forced.tolist()
    assert (
        applied(Bias(((2, 1.5), (4, -9.0))), logits, [[0], [0]], [0, 1]).tolist()
        == (logits + np.array([0, 0, 1.5, 0, -9, 0], np.float32)).tolist()
    )


def test_all_of_them_in_a_search():
    generator = Generator(Chain(np.zeros((SIZE, SIZE))), plainly, chunk=4, end=0)
    processors = [Bias(((5, 3.0), (4, 2.0), (0, 4.0))), NoRepeat(1), Banned((2,)), Forced(((0, 3),)), MinLength(3)]
    ((found,),) = generator.search([[1]], strategy=Greedy(), processors=processors, length=9)
    assert (found.tokens.tolist(), found.ended) == ([3, 5, 4], True)


def test_a_text_that_may_not_go_on_ends():
    generator = Generator(Chain(np.zeros((3, 3))), plainly, chunk=4)
    for strategy in (Greedy(), Beam(2)):
        ((found,),) = generator.search([[0]], strategy=strategy, processors=[NoRepeat(1)], length=9)
        assert sorted(found.tokens.tolist()) == [1, 2]
        assert not found.ended


def test_tokens_that_there_are_not():
    generator = Generator(Chain(np.zeros((3, 3))), plainly)
    with pytest.raises(UsageError, match="banned token 7: the tokens are 0 to 2"):
        generator.search([[0]], processors=[Banned((7,))], length=1)
    with pytest.raises(UsageError, match="two tokens have the same position"):
        Forced(((0, 1), (0, 2)))
