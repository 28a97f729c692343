"""Generation against a model whose every probability is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from keras import ops

from tests.search.steppers import Chain, as_graph, by_xla, plainly
from zoo.backend.types import Nest, Tensor
from zoo.errors import UsageError
from zoo.search import Beam, Generator, Greedy, NoRepeat, Sample, Scorer, Strategy


def texts(
    generator: Generator, primes: list[list[int]], length: int, temperature: float, seeds: list[int]
) -> list[list[int]]:
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


class Copying:
    """Writes what its memory says, place by place: logits 5 at the token of the place, then the end.

    Memory: a nesting with the tokens of the source `[B, S]` and their number `[B]`.
    """

    size, end = 12, 11

    def encode(self, sources: np.ndarray, mask: np.ndarray) -> Nest:
        self.shapes.add(sources.shape)
        return {"tokens": sources, "count": [mask.sum(axis=1).astype("int32")]}

    def __init__(self) -> None:
        self.shapes: set[tuple[int, ...]] = set()

    def start(self, rows: int, memory: Nest | None = None) -> Nest:
        return [ops.zeros((rows,), "int32")]

    def step(self, tokens: Tensor, state: Nest, memory: Nest = None) -> tuple[Tensor, Nest]:
        place = ops.minimum(state[0], memory["tokens"].shape[1] - 1)
        token = ops.take_along_axis(memory["tokens"], place[:, None], axis=1)[:, 0]
        token = ops.where(state[0] >= memory["count"][0], self.end, token)
        return 5.0 * ops.one_hot(token, self.size), [state[0] + 1]


def test_five_hundred_sources_are_answered_in_order_with_a_trace_a_bucket():
    model = Copying()
    generator = Generator(model, as_graph, chunk=16, begin=10, end=11, encode=model.encode)
    draw = np.random.default_rng(0)
    sources = [draw.integers(0, 10, size=draw.integers(1, 41)).astype(np.int32) for _ in range(500)]
    lengths = [len(source) + 1 for source in sources]
    found = generator.search(sources=sources, length=lengths, batch=50)
    assert [texts[0].tokens.tolist() for texts in found] == [source.tolist() for source in sources]
    assert all(texts[0].ended for texts in found)
    assert model.shapes <= {(64, length) for length in (8, 12, 16, 24, 32, 48)}
    assert generator.traces == len(model.shapes)
    # The same again, in another order, needs no trace; nor does any other number of texts of a size.
    generator.search(sources=sources[::-1], length=lengths[::-1], batch=50)
    assert generator.traces == len(model.shapes)


@pytest.mark.parametrize("strategy", [Greedy(), Sample(3.0), Beam(3, length_penalty=1.0)])
def test_a_batch_has_no_influence_on_a_text(strategy: Strategy):
    model = Copying()
    generator = Generator(model, plainly, chunk=16, begin=10, end=11, encode=model.encode)
    sources = [np.array(source, np.int32) for source in ([1, 2, 3], [4] * 9, [5], [6, 7] * 6)]
    words: dict[str, Any] = {"strategy": strategy, "length": 14}
    together = generator.search(sources=sources, seeds=[3, 4, 5, 6], **words)
    for place, source in enumerate(sources):
        ((alone,),) = generator.search(sources=[source], seeds=[3 + place], **words)
        assert alone.tokens.tolist() == together[place][0].tokens.tolist()
        assert alone.score == pytest.approx(together[place][0].score, 1e-5)


def test_a_memory_that_is_given_and_a_prefix():
    model = Copying()
    memory = model.encode(np.array([[1, 2, 3], [4, 5, 0]], np.int32), np.array([[1, 1, 1], [1, 1, 0]], bool))
    generator = Generator(model, plainly, chunk=4, begin=10, end=11)
    found = generator.search(memory=memory, strategy=Beam(2), length=9)
    assert [texts[0].tokens.tolist() for texts in found] == [[1, 2, 3], [4, 5]]
    found = generator.search([[7], [8, 9]], memory=memory, length=9)  # the prefix takes the place of what is copied
    assert [texts[0].tokens.tolist() for texts in found] == [[2, 3], []]
    scorer = Scorer(model, plainly, chunk=4, begin=10, end=11)
    first, second = scorer.score(None, [[1, 2, 3], [5, 5]], memory=memory)
    right, wrong = 5 - np.log(np.exp(5) + 11), -np.log(np.exp(5) + 11)
    np.testing.assert_allclose(first.tokens, [right] * 4, rtol=1e-4)
    np.testing.assert_allclose(second.tokens, [wrong, right, right], rtol=1e-4)
    assert first.total == pytest.approx(4 * right, 1e-4) and first.perplexity == pytest.approx(np.exp(-right), 1e-4)


def test_a_stream_is_what_a_search_finds_and_stops_at_the_end():
    draw = np.random.default_rng(1)
    generator = Generator(Chain(draw.normal(size=(9, 9))), plainly, chunk=4, end=0)
    primes = [[1], [2, 3, 4, 5, 6, 7], [8]]
    for strategy in (Greedy(), Sample(1.5), Beam(2)):
        found = generator.search(primes, strategy=strategy, length=[30, 20, 0])
        chunks = list(generator.stream(primes, strategy=strategy, length=[30, 20, 0]))
        streamed = [np.concatenate([chunk[row] for chunk in chunks]).tolist() for row in range(3)]
        assert streamed == [texts[0].tokens.tolist() for texts in found]
        assert all(0 not in text for text in streamed) and streamed[2] == []


def test_looking_back_costs_a_trace_a_size_of_history():
    generator = Generator(Chain(np.zeros((40, 40))), as_graph, chunk=8)
    for length in (1, 7, 5):
        generator.search([[1]], processors=[NoRepeat(1)], length=length)
    assert generator.traces == 1


def test_wrong_arguments_are_one_sentence_each(generator: Generator):
    for words, sentence in [
        ({"primes": [[]]}, "an empty prime"),
        ({"primes": [[1]], "length": -1}, "length=-1: it must be at least 0"),
        ({"primes": [[1]], "seeds": [1, 2]}, "2 seeds for 1 texts"),
        ({"sources": [[1]]}, "sources need a generator with encode"),
        ({}, "nothing to search for"),
    ]:
        with pytest.raises(UsageError, match=sentence):
            generator.search(**words)
    assert generator.search([]) == []
    ((nothing,),) = generator.search([[1]], length=0)
    assert (nothing.tokens.tolist(), nothing.score) == ([], 0.0)


def test_a_beam_over_an_attending_decoder():
    from zoo.models import AttendingDecoder

    decoder = AttendingDecoder(vocabulary=7, memory=4, units=6, embedding=3, cell="gru")
    decoder.build()
    draw = np.random.default_rng(0)
    decoder.set_weights([draw.normal(size=weight.shape) for weight in decoder.get_weights()])
    memory, mask = draw.normal(size=(2, 5, 4)).astype("float32"), np.array([[1] * 5, [1] * 3 + [0] * 2], bool)
    prepared = decoder.prepare(memory, mask)
    generator = Generator(decoder, by_xla, chunk=8, begin=5, end=6)
    strategy = Beam(4, 4, length_penalty=0.6, coverage_penalty=0.2)
    found = generator.search(memory=prepared, mask=mask, strategy=strategy, length=6)
    scorer = Scorer(decoder, by_xla, chunk=8, begin=5, end=6)
    for row, texts in enumerate(found):
        tokens, ended = [text.tokens for text in texts], [text.ended for text in texts]
        again = decoder.prepare(np.repeat(memory[row : row + 1], 4, 0), np.repeat(mask[row : row + 1], 4, 0))
        scores = scorer.score(None, tokens, memory=again, ended=ended)
        assert [score.total for score in scores] == pytest.approx([text.log_probability for text in texts], 1e-4)
        assert all(text.score < text.log_probability / ((5 + 7) / 6) ** 0.6 + 1e-6 for text in texts)
