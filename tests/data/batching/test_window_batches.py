"""Windows for truncated backpropagation: every token once, in order, with the state reset where it must be."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.codecs import ByteCodec, CharacterCodec
from zoo.codecs.document import Document
from zoo.data.batching.batches import Batch, Batches
from zoo.data.batching.window_batches import WindowBatches
from zoo.data.storage.token_store import TokenStore
from zoo.errors import ZooError


def store_of(*texts: str) -> TokenStore:
    return TokenStore.build([Document.of_text(text) for text in texts], ByteCodec())


def numbered(length: int) -> TokenStore:
    """A store whose tokens tell their own places, up to 0x3000."""
    text = "".join(chr(index) for index in range(length))
    codec = CharacterCodec(order="code")
    codec.fit([text])
    return TokenStore.build([Document.of_text(text)], codec)  # token i has id i + 1


def spans(batches: list[Batch]) -> list[list[tuple[int, int]]]:
    """For each row the (token, target) pairs that count, in order of time."""
    rows = len(batches[0]["tokens"])
    return [
        [
            (int(token), int(target))
            for batch in batches
            for token, target, weight in zip(
                *(batch[name][row] for name in ("tokens", "target", "weights")), strict=True
            )
            if weight
        ]
        for row in range(rows)
    ]


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize("length", [100, 101, 128, 129, 997])
def test_every_token_is_predicted_once_in_contiguous_streams(length: int, seed: int | None) -> None:
    batches = WindowBatches(numbered(length), size=4, length=8, seed=seed)
    assert isinstance(batches, Batches)
    epoch = list(batches.epoch(0))
    assert len(epoch) == batches.steps_per_epoch == math.ceil(math.ceil((length - 1) / 8) / 4)
    rows = spans(epoch)
    pairs = sorted(pair for row in rows for pair in row)
    assert pairs == [(index, index + 1) for index in range(1, length)]
    assert sum(batch["weights"].sum() for batch in epoch) == batches.predictable == length - 1
    for row in rows:
        jumps = [later for (_, target), (later, _) in itertools.pairwise(row) if later != target]
        assert jumps in ([], [1])  # only from the end of the text to its beginning


@pytest.mark.parametrize("reset_at_documents", [False, True])
def test_shapes_types_and_padding(reset_at_documents: bool) -> None:
    store = store_of("a" * 30, "b" * 5, "c" * 50)
    batches = WindowBatches(store, 3, 7, reset_at_documents, seed=1)
    total = 0.0
    for batch in batches.epoch(2):
        assert {name: (value.dtype.name, value.shape) for name, value in batch.items()} == {
            "tokens": ("int32", (3, 7)),
            "target": ("int32", (3, 7)),
            "weights": ("float32", (3, 7)),
            "reset": ("float32", (3,)),
        }
        total += batch["weights"].size - batch["weights"].sum()
        assert not batch["tokens"][batch["weights"] == 0].any()
    assert batches.padding == pytest.approx(total / (batches.steps_per_epoch * 3 * 7))


def test_the_state_is_reset_where_the_stream_or_the_text_begins() -> None:
    epoch = list(WindowBatches(numbered(200), 3, 5, seed=3).epoch(1))
    assert epoch[0]["reset"].tolist() == [1, 1, 1]
    for batch in epoch[1:]:
        assert batch["reset"].tolist() == [float(token == 1) for token in batch["tokens"][:, 0]]
    assert sum(batch["reset"].sum() for batch in epoch) in (3, 4)


@tried(100)
@given(
    st.lists(st.text("abc", max_size=40), min_size=1, max_size=12),
    st.integers(1, 5),
    st.integers(1, 9),
    st.integers(0, 3),
)
def test_documents_for_themselves(texts: list[str], size: int, length: int, epoch: int) -> None:
    predictable = sum(max(0, len(text) - 1) for text in texts)
    if predictable == 0:
        with pytest.raises(ZooError, match="too short"):
            WindowBatches(store_of(*texts), size, length, True, shrink=True)
        return
    batches = WindowBatches(store_of(*texts), size, length, True, seed=0, shrink=True)
    epoch_batches = list(batches.epoch(epoch))
    assert sum(batch["weights"].sum() for batch in epoch_batches) == predictable == batches.predictable
    # Each stretch from a reset to the next is a document, or a part of one where a stream began or ended inside it.
    found = []
    for row in range(batches.size):
        for batch in epoch_batches:
            kept = batch["weights"][row] == 1
            if not kept.any():
                continue
            if batch["reset"][row]:
                found.append(bytes(batch["tokens"][row][kept][:1].astype(np.uint8)))
            found[-1] += bytes(batch["target"][row][kept].astype(np.uint8))
    documents = [text for text in texts if len(text) > 1]
    # A stream boundary inside a document, or the epoch's beginning inside one, makes one more piece.
    assert len(documents) <= len(found) <= len(documents) + batches.size
    assert all(any(piece.decode() in text for text in documents) for piece in found)


def test_documents_come_in_another_order_each_epoch() -> None:
    store = store_of(*(letter * 9 for letter in "abcdefghijklmnop"))
    batches = WindowBatches(store, 1, 8, True, seed=0)
    orders = ["".join(chr(batch["tokens"][0, 0]) for batch in batches.epoch(number)) for number in range(3)]
    assert len(set(orders)) == 3
    assert all(sorted(order) == list("abcdefghijklmnop") for order in orders)
    steady = WindowBatches(store, 1, 8, True)
    assert all("".join(chr(b["tokens"][0, 0]) for b in steady.epoch(n)) == "abcdefghijklmnop" for n in range(2))


@pytest.mark.parametrize("reset_at_documents", [False, True])
def test_an_epoch_is_a_function_of_seed_and_number_and_starts_anywhere(reset_at_documents: bool) -> None:
    store = store_of(*("abcdefghij" * count for count in range(1, 15)))
    batches = WindowBatches(store, 3, 6, reset_at_documents, seed=9)
    for number in (0, 4):
        whole = list(batches.epoch(number))
        for start in (1, len(whole) - 1, len(whole)):
            rest = list(WindowBatches(store, 3, 6, reset_at_documents, seed=9).epoch(number, start))
            assert len(rest) == len(whole) - start
            for first, second in zip(whole[start:], rest, strict=True):
                assert all(np.array_equal(first[name], second[name]) for name in first)
    other = WindowBatches(store, 3, 6, reset_at_documents, seed=10)
    assert any(
        not np.array_equal(a["tokens"], b["tokens"]) for a, b in zip(batches.epoch(0), other.epoch(0), strict=True)
    )


def test_starting_late_reads_nothing_before(monkeypatch: pytest.MonkeyPatch) -> None:
    store = numbered(5000)
    batches = WindowBatches(store, 2, 10)
    reads = []
    read = store.read
    monkeypatch.setattr(store, "read", lambda start, stop: reads.append(start) or read(start, stop))
    list(batches.epoch(0, batches.steps_per_epoch - 1))
    assert len(reads) == 2


def test_characters_a_token() -> None:
    assert WindowBatches(store_of("é猫" * 50), 1, 10).characters_per_token == pytest.approx(2 / 5)


def test_what_there_is_in_words() -> None:
    codec = CharacterCodec()
    codec.fit(["aab"])
    store = TokenStore.build([Document.of_text("abc" * 1000), Document.of_text("ab")], codec)
    batches = WindowBatches(store, 1, 10)
    assert batches.describe() == "3,002 characters of 2 documents, 3 distinct tokens, 1,000 unknown"
    assert batches.fingerprint == store.fingerprint
    assert WindowBatches(store_of("é" * 50), 1, 10).describe() == "50 characters in 100 tokens, 256 distinct tokens"


def test_evaluation_shrinks_the_batch() -> None:
    store = numbered(25)
    batches = WindowBatches(store, 64, 10, shrink=True)
    assert (batches.size, batches.steps_per_epoch) == (3, 1)
    assert sum(batch["weights"].sum() for batch in batches.epoch(0)) == 24
    assert WindowBatches(numbered(5), 64, 10, shrink=True).size == 1
    with pytest.raises(ZooError, match="the held-out text is too short: it has 1 token and at least 2 are needed"):
        WindowBatches(numbered(1), 64, 10, shrink=True)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (
            0,
            "the text is too short: it has 0 tokens and a window of 10 needs 11 "
            "(set batch.length=1, or use a longer text)",
        ),
        (
            10,
            "the text is too short: it has 10 tokens and a window of 10 needs 11 "
            "(set batch.length=9, or use a longer text)",
        ),
        (
            50,
            "the text is too short for the batch: 50 tokens make 5 windows of 10, and batch.size=64 streams need one "
            "each (set batch.size=5, decrease batch.length, or use a longer text)",
        ),
    ],
)
def test_a_text_that_is_too_short_names_what_would_work(tokens: int, message: str) -> None:
    with pytest.raises(ZooError) as caught:
        WindowBatches(store_of("x" * tokens), 64, 10)
    assert str(caught.value) == message
