"""Whatever numbers a caller passes: finite answers, or one line that refuses them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from tests.search.steppers import Chain, plainly
from zoo.errors import UsageError, ZooError
from zoo.search import (
    Banned,
    Beam,
    Bias,
    Forced,
    Generator,
    Greedy,
    Hypothesis,
    MinLength,
    NoRepeat,
    Processor,
    RepetitionPenalty,
    Sample,
    Scorer,
    Strategy,
)

TABLE = np.random.default_rng(0).normal(size=(5, 5))
END = 4

ODD = st.one_of(
    st.sampled_from([math.nan, math.inf, -math.inf, 0, -0.0, -1, 1e-45, 1e-40, 1e38, -1e38, 1e308]),
    st.sampled_from([2**31, 2**63, 2**70, 10**400, True, None, "1", [1], 1.5, 3.0, np.float32(0.5), np.int64(2)]),
    st.floats(),
    st.integers(),
)
STRATEGIES: dict[str, Callable[..., Strategy]] = {
    **{
        name: lambda value, name=name: Sample(**{name: value})
        for name in ("temperature", "top_k", "top_p", "min_p", "typical")
    },
    **{
        name: lambda value, name=name: Beam(**{"beam": 4, "n_best": 2, "groups": 2, name: value})
        for name in ("beam", "n_best", "length_penalty", "groups", "diversity")
    },
}
PROCESSORS: dict[str, Callable[..., Processor]] = {
    "bias": lambda value: Bias(((1, value), (2, value))),
    "bias of a token": lambda value: Bias(((value, 1.0),)),
    "repetition_penalty": RepetitionPenalty,
    "no_repeat": NoRepeat,
    "min_length": MinLength,
    "forced position": lambda value: Forced(((value, 1),)),
    "forced token": lambda value: Forced(((1, value),)),
    "banned": lambda value: Banned((value,)),
}
ARGUMENTS = ("length", "lengths", "seeds", "batch", "primes")


def finite_or_refused(call: Callable[[], list[list[Hypothesis]]]) -> None:
    """Run a search or a scoring; all numbers of its result are finite, or it is refused in one line."""
    try:
        found = call()
    except UsageError as error:
        assert "\n" not in str(error) and str(error)
        return
    for texts in found:
        for text in texts:
            assert math.isfinite(text.score) and math.isfinite(text.log_probability)
            assert all(0 <= token < 5 for token in text.tokens)


@tried(80)
@given(st.data())
def test_every_option_gives_finite_answers_or_is_refused(data: st.DataObject):
    name = data.draw(st.sampled_from([*STRATEGIES, *PROCESSORS, *ARGUMENTS]))
    value = data.draw(ODD)
    if name == "beam" and isinstance(value, int) and value > 100:
        value = 10**6  # a beam as wide as memory allows is allowed
    words: dict[str, Any] = {"primes": [[0], [1, 2]], "length": 3}

    def call() -> list[list[Hypothesis]]:
        if name in STRATEGIES:
            words["strategy"] = STRATEGIES[name](value)
        elif name in PROCESSORS:
            words["processors"] = [PROCESSORS[name](value)]
        elif name == "primes":
            words["primes"] = [[0], [1, value]]
        elif name == "length":
            # What is long is not searched for here.
            words["length"] = value if not isinstance(value, int) or not 100 < value <= 10**6 else 50
        else:
            words["length" if name == "lengths" else name] = value if name == "batch" else [value, 2]
            if name == "lengths" and isinstance(value, int) and 100 < value <= 10**6:
                words["length"] = [50, 2]
        return Generator(Chain(TABLE), plainly, end=END).search(**words)

    finite_or_refused(call)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"length": [3]}, "1 lengths for 2 texts: there must be one for all or one per text"),
        ({"length": [3, 2.5]}, "length=2.5: it must be a whole number"),
        ({"length": 10**12}, "length=1000000000000: it must be at most 1,000,000"),
        ({"batch": 0}, "batch=0: it must be at least 1"),
        ({"seeds": [1, 1.5]}, "seed 1.5: it must be a whole number"),
        ({"primes": [[0], [-1]]}, "prime 2 holds token -1; tokens start at 0"),
        ({"primes": [[0], [5]]}, "prime 2 holds token 5; the tokens are 0 to 4"),
        ({"primes": [[0], [1.5]]}, "prime 2 holds 1.5; a token is a whole number"),
        ({"strategy": Greedy(), "memory": np.zeros((3, 2))}, "the memory has a tensor of shape (3, 2) for 2 texts"),
    ],
)
def test_arguments_are_refused_in_one_sentence(words: dict[str, Any], sentence: str):
    with pytest.raises(UsageError) as caught:
        Generator(Chain(TABLE), plainly).search(**{"primes": [[0], [1]], "length": 2, **words})
    assert str(caught.value) == sentence


def test_a_seed_of_any_size_draws_and_the_same_seed_draws_the_same():
    generator = Generator(Chain(TABLE), plainly)
    seeds = [2**70, 2**70, 2**70 + 1, -(2**40), 7]
    found = generator.search([[0]] * 5, strategy=Sample(2.0), length=40, seeds=seeds)
    texts = [tuple(texts[0].tokens) for texts in found]
    assert texts[0] == texts[1] and len(set(texts)) == 4


@pytest.mark.parametrize("number", [math.nan, math.inf])
@pytest.mark.parametrize("strategy", [Greedy(), Sample(), Beam(3)])
def test_a_model_that_predicts_no_finite_numbers_says_so(number: float, strategy: Strategy):
    table = TABLE.copy()
    table[1] = number
    generator = Generator(Chain(table), plainly)
    sentence = "the model predicts numbers that are not finite"
    with pytest.raises(ZooError, match=sentence):
        generator.search([[1]], strategy=strategy, length=3)
    with pytest.raises(ZooError, match=sentence):
        list(generator.stream([[1]], strategy=strategy, length=3))
    with pytest.raises(ZooError, match=sentence):
        Scorer(Chain(table), plainly).score([[1]], [[2, 3]])


@tried(40)
@given(token=ODD, prime=st.booleans())
def test_a_scorer_gives_finite_numbers_or_refuses(token: Any, prime: bool):
    scorer = Scorer(Chain(TABLE), plainly, chunk=4, end=END)
    try:
        (score,) = scorer.score([[token if prime else 0]], [[1, 1 if prime else token]])
    except UsageError as error:
        assert "\n" not in str(error)
    else:
        assert math.isfinite(score.total) and token in range(5)


def test_a_scorer_counts_its_arguments():
    scorer = Scorer(Chain(TABLE), plainly)
    for words, sentence in [
        ({"primes": [[0]]}, "1 primes for 2 texts"),
        ({"ended": [True]}, "1 values of ended for 2 texts"),
        ({"batch": 0}, "batch=0: it must be at least 1"),
        ({"memory": np.zeros((1, 3))}, r"the memory has a tensor of shape \(1, 3\) for 2 texts"),
    ]:
        with pytest.raises(UsageError, match=sentence):
            scorer.score(**{"primes": [[0], [0]], "texts": [[1], [2]], **words})


@pytest.mark.parametrize("name", ["beam", "top_k", "no_repeat", "min_length", "forced position"])
def test_a_whole_number_may_be_a_float(name: str):
    def answers(number: float) -> list[list[int]]:
        made = {**STRATEGIES, **PROCESSORS}[name](number)
        words = {"strategy": made} if name in STRATEGIES else {"processors": [made]}
        return [
            texts[0].tokens.tolist()
            for texts in Generator(Chain(TABLE), plainly, end=END).search([[0], [1, 2]], length=5, **words)
        ]

    assert answers(2.0) == answers(2)
