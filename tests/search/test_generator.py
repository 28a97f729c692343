"""Generation against a model whose every probability is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.search.steppers import Chain, by_xla
from zoo.search import Generator, Greedy, Sample


def texts(generator: Generator, primes: list[list[int]], length: int, temperature: float, seeds: list[int]) -> Any:
    chunks = list(generator.stream(primes, strategy=Sample(temperature), length=length, seeds=seeds))
    return [np.concatenate([chunk[row] for chunk in chunks]).tolist() for row in range(len(primes))]


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(7, 7))


@pytest.fixture(scope="module")
def generator(table: np.ndarray) -> Generator:
    return Generator(Chain(table), by_xla, chunk=8)


def test_at_temperature_zero_each_token_is_the_likeliest_after_the_last(generator: Generator, table: np.ndarray):
    (found,) = texts(generator, [[3]], 20, 0.0, [0])
    last, expected = 3, []
    for _ in range(20):
        last = int(table[last].argmax())
        expected.append(last)
    assert found == expected
    ((greedy,),) = generator.search([[3]], strategy=Greedy(), length=20)
    assert greedy.tokens.tolist() == expected


def test_positions_of_one_row_are_independent():
    flat = Generator(Chain(np.zeros((4, 4))), by_xla, chunk=64)
    (text,) = texts(flat, [[0]], 8192, 1.0, [11])
    pairs = np.zeros((4, 4))
    for first, second in zip(text, text[1:], strict=False):
        pairs[first, second] += 1
    expected = pairs.sum() / 16
    # 99.99 % of the chi-square distribution with 15 degrees of freedom lies below 44.3.
    assert float(((pairs - expected) ** 2 / expected).sum()) < 44.3


def test_a_text_does_not_depend_on_the_rows_around_it(generator: Generator):
    primes = [[1], [2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5], [5, 5]]
    together = texts(generator, primes, 30, 1.0, [7, 8, 9])
    alone = [texts(generator, [prime], 30, 1.0, [seed])[0] for prime, seed in zip(primes, [7, 8, 9], strict=True)]
    assert together == alone


def test_the_prime_is_read_and_not_repeated(generator: Generator, table: np.ndarray):
    (found,) = texts(generator, [[0, 1, 2, 3, 4, 5, 6, 5, 4, 3]], 1, 0.0, [0])
    assert found == [int(table[3].argmax())]


def test_traces_are_bounded_by_the_sizes_of_batches(table: np.ndarray):
    generator = Generator(Chain(table), by_xla, chunk=8)
    for rows in (1, 2, 3, 4, 3, 2, 1):
        for length in (1, 7, 8, 9, 40):
            assert [len(text) for text in texts(generator, [[0]] * rows, length, 1.0, list(range(rows)))] == [
                length
            ] * rows
    assert generator.traces == 3


def test_byte_sized_vocabularies_compile():
    wide = Generator(Chain(np.zeros((256, 256))), by_xla)
    (text,) = texts(wide, [[0]], 500, 1.0, [0])
    assert len(set(text)) > 200


def test_banned_tokens_are_never_chosen():
    generator = Generator(Chain(np.zeros((4, 4))), by_xla, chunk=64, banned=(1, 3))
    (warm,) = texts(generator, [[1]], 200, 1.0, [0])
    (greedy,) = texts(generator, [[1]], 5, 0.0, [0])
    assert set(warm) == {0, 2}
    assert set(greedy) == {0}
