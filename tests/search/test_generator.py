"""Generation against a model whose every probability is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from keras import ops

from zoo.search import Generator


class Chain:
    """A stepper: the next token depends on the last one alone, by a table of logits `[V, V]`."""

    def __init__(self, table: np.ndarray) -> None:
        self.table = table.astype(np.float32)

    def start(self, rows: int, memory: Any = None) -> Any:
        return [ops.zeros((rows, 1))]

    def step(self, tokens: Any, state: Any) -> Any:
        return ops.take(self.table, tokens, axis=0), [state[0] + 1]


def compiled(function: Callable[..., Any]) -> Any:
    import tensorflow as tf

    return tf.function(function, jit_compile=True)


def texts(generator: Generator, primes: list[list[int]], length: int, temperature: float, seeds: list[int]) -> Any:
    chunks = list(generator.generate(primes, length, temperature, seeds))
    return [np.concatenate([chunk[row] for chunk in chunks]).tolist() for row in range(len(primes))]


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(7, 7))


@pytest.fixture(scope="module")
def generator(table: np.ndarray) -> Generator:
    return Generator(Chain(table), compiled, chunk=8)


def test_at_temperature_zero_each_token_is_the_likeliest_after_the_last(generator: Generator, table: np.ndarray):
    (found,) = texts(generator, [[3]], 20, 0.0, [0])
    last, expected = 3, []
    for _ in range(20):
        last = int(table[last].argmax())
        expected.append(last)
    assert found == expected


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_frequencies_are_those_of_the_softmax(generator: Generator, table: np.ndarray, temperature: float):
    draws = 4096
    chunks = texts(generator, [[2]] * draws, 1, temperature, list(range(draws)))
    counts = np.bincount([row[0] for row in chunks], minlength=7)
    exact = np.exp(table[2] / temperature)
    exact /= exact.sum()
    chi_square = float(((counts - draws * exact) ** 2 / (draws * exact)).sum())
    # 99.99 % of the chi-square distribution with 6 degrees of freedom lies below 27.9.
    assert chi_square < 27.9


def test_positions_of_one_row_are_independent(generator: Generator):
    flat = Generator(Chain(np.zeros((4, 4))), compiled, chunk=64)
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
    generator = Generator(Chain(table), compiled, chunk=8)
    for rows in (1, 2, 3, 4, 3, 2, 1):
        for length in (1, 7, 8, 9, 40):
            assert [len(text) for text in texts(generator, [[0]] * rows, length, 1.0, list(range(rows)))] == [
                length
            ] * rows
    assert generator.traces == 3


def test_byte_sized_vocabularies_compile(generator: Generator):
    wide = Generator(Chain(np.zeros((256, 256))), compiled)
    (text,) = texts(wide, [[0]], 500, 1.0, [0])
    assert len(set(text)) > 200


def test_banned_tokens_are_never_chosen(table: np.ndarray):
    generator = Generator(Chain(np.zeros((4, 4))), compiled, chunk=64, banned=(1, 3))
    (warm,) = texts(generator, [[1]], 200, 1.0, [0])
    (greedy,) = texts(generator, [[1]], 5, 0.0, [0])
    assert set(warm) == {0, 2}
    assert set(greedy) == {0}
