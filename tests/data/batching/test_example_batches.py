"""Example batches: every example once, few shapes, little padding, the same after a restart."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.data.batching.batches import Batches, share_batches
from zoo.data.batching.buckets import make_buckets
from zoo.data.batching.example_batches import ExampleBatches
from zoo.errors import ZooError


def made(lengths: list[int]) -> list[dict[str, np.ndarray]]:
    """Examples that tell their own place."""
    return [
        {"source": np.full(length, index + 1, np.int32), "target": np.asarray(index % 3, np.int32)}
        for index, length in enumerate(lengths)
    ]


@tried(100)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=80),
    st.integers(1, 9),
    st.sampled_from([0, 50]),
    st.booleans(),
    st.integers(1, 4),
)
def test_every_example_once(lengths: list[int], size: int, tokens: int, shuffle: bool, multiple: int) -> None:
    batches = ExampleBatches(made(lengths), size, tokens, seed=3, shuffle=shuffle, buckets=4, multiple=multiple)
    assert isinstance(batches, Batches)
    epoch = list(batches.epoch(7))
    assert len(epoch) == batches.steps_per_epoch
    seen: list[int] = []
    real = positions = 0
    for batch in epoch:
        rows, width = batch["source"].shape
        assert (rows, width) in batches.shapes and rows <= batches.size and rows % multiple == 0
        assert tokens == 0 or rows * width <= tokens or rows == multiple
        for row in range(rows):
            index = int(batch["index"][row])
            if index < 0:
                assert not batch["weights"][row] and not batch["source_mask"][row].any()
                assert not batch["source"][row].any() and not batch["target"][row]
                continue
            seen.append(index)
            assert batch["weights"][row] == 1
            assert batch["source_mask"][row].tolist() == [place < lengths[index] for place in range(width)]
            assert batch["source"][row].tolist() == [index + 1] * lengths[index] + [0] * (width - lengths[index])
            assert batch["target"][row] == index % 3
        real += int(batch["source_mask"].sum())
        positions += rows * width
    assert sorted(seen) == list(range(len(lengths)))
    assert len(batches.shapes) <= 4
    assert batches.padding == pytest.approx(1 - real / positions)


def test_types_and_sequences_with_more_axes() -> None:
    examples = [
        {"source": np.ones((length, 5), np.float32), "target": np.ones(length, np.int32)} for length in (2, 3, 3)
    ]
    (batch,) = ExampleBatches(examples, 4, weighted="target").epoch(0)
    assert {name: (value.dtype.name, value.shape) for name, value in batch.items()} == {
        "source": ("float32", (4, 3, 5)),
        "source_mask": ("bool", (4, 3)),
        "target": ("int32", (4, 3)),
        "target_mask": ("bool", (4, 3)),
        "weights": ("float32", (4, 3)),
        "index": ("int32", (4,)),
    }
    assert batch["weights"].sum() == 8
    with pytest.raises(ValueError, match="weighted='label' is not one of the sequences"):
        ExampleBatches(examples, 4, weighted="label")


def test_pictures_are_not_sequences() -> None:
    examples = [{"source": np.ones((8, 8, 3), np.float32), "target": np.ones(n, np.int32)} for n in (1, 2, 3)]
    batches = ExampleBatches(examples, 2, sequences=["target"])
    for batch in batches.epoch(0):
        assert batch["source"].shape == (2, 8, 8, 3)
        assert "source_mask" not in batch and "target_mask" in batch
    alone = ExampleBatches([{"source": np.ones(4, np.float32)}] * 3, 2, sequences=[], shuffle=False)
    assert [batch["weights"].tolist() for batch in alone.epoch(0)] == [[1, 1], [1, 0]]
    assert alone.padding == pytest.approx(1 / 4)


def test_an_epoch_is_a_function_of_seed_and_number_and_starts_anywhere() -> None:
    lengths = np.random.default_rng(0).integers(1, 40, 300).tolist()

    def orders(seed: int, number: int, start: int = 0) -> list[list[int]]:
        return [batch["index"].tolist() for batch in ExampleBatches(made(lengths), 8, seed=seed).epoch(number, start)]

    assert orders(1, 2) == orders(1, 2)
    assert orders(1, 2)[17:] == orders(1, 2, 17)
    assert orders(1, 2) != orders(1, 3) != orders(2, 3)
    assert orders(1, 2, len(orders(1, 2))) == []


def test_starting_late_touches_no_example_before() -> None:
    touched: list[int] = []

    class Watched(list):  # type: ignore[type-arg]
        def __getitem__(self, index: int) -> object:  # type: ignore[override]
            touched.append(index)
            return super().__getitem__(index)

    batches = ExampleBatches(Watched(made([5] * 40)), 4)
    touched.clear()
    assert len(list(batches.epoch(0, 9))) == 1
    assert len(touched) == 4


def test_without_shuffling_from_short_to_long() -> None:
    lengths = np.random.default_rng(0).integers(1, 40, 300).tolist()
    batches = ExampleBatches(made(lengths), 8, shuffle=False)
    epochs: Iterator[list[list[int]]] = ([batch["index"].tolist() for batch in batches.epoch(n)] for n in range(2))
    assert next(epochs) == next(epochs)
    widths = [batch["source"].shape[1] for batch in batches.epoch(0)]
    assert widths == sorted(widths)


def test_few_shapes_and_little_padding() -> None:
    draw = np.random.default_rng(0)
    source = draw.integers(3, 40, 5000)
    target = np.maximum(1, source + draw.integers(-4, 5, 5000))
    examples = [
        {"source": np.zeros(s, np.int32), "target": np.zeros(t, np.int32)} for s, t in zip(source, target, strict=True)
    ]
    paddings = [ExampleBatches(examples, 32, buckets=count).padding for count in (1, 4, 12)]
    assert paddings == sorted(paddings, reverse=True)
    assert paddings[-1] < 0.15
    assert len(ExampleBatches(examples, 32, buckets=12).shapes) <= 12


MULTI30K = Path("../shared/data/multi30k_en_fr")


@pytest.mark.skipif(not MULTI30K.is_dir(), reason="the shared data folder is not here")
def test_padding_on_multi30k() -> None:
    sides = [
        gzip.decompress((MULTI30K / f"train.{side}.gz").read_bytes()).decode().splitlines() for side in ("en", "fr")
    ]
    lengths = np.array([[len(line.split()) + 1 for line in pair] for pair in zip(*sides, strict=True)])
    examples = [{"source": np.zeros(s, np.int32), "target": np.zeros(t, np.int32)} for s, t in lengths]
    assert ExampleBatches(examples, 64).padding < 0.14
    assert ExampleBatches(examples, tokens=2000).padding < 0.14


def test_the_fingerprint_is_of_the_examples() -> None:
    prints = {ExampleBatches(made(lengths), size).fingerprint for lengths in ([3, 4], [4, 3], [3]) for size in (1, 2)}
    assert len(prints) == 3
    assert ExampleBatches(made([4, 4]), 2).describe() == "2 examples in batches of 1 shape"
    assert ExampleBatches(made([3, 4]), 2).describe() == "2 examples in batches of 1 shape, 12.5% padding"


@tried(100)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=60),
    st.integers(1, 5),
    st.integers(1, 6),
    st.sampled_from([1, 1 << 40]),  # lengths whose product no number holds
)
def test_buckets_hold_all_and_are_the_boxes_of_their_members(
    pairs: list[tuple[int, int]], count: int, size: int, scale: int
) -> None:
    lengths = np.array(pairs) * scale
    buckets = make_buckets(lengths, count, size, 0)
    members = np.concatenate([bucket.members for bucket in buckets])
    assert sorted(members.tolist()) == list(range(len(pairs))) and len(buckets) <= count
    for bucket in buckets:
        assert bucket.members.tolist() == sorted(bucket.members.tolist())
        assert bucket.shape == tuple(lengths[bucket.members].max(axis=0).tolist())
    alike: dict[tuple[int, int], set[int]] = {}
    for number, bucket in enumerate(buckets):
        for member in bucket.members.tolist():
            alike.setdefault(pairs[member], set()).add(number)
    assert all(len(numbers) == 1 for numbers in alike.values()), "equal lengths stay together"


def test_a_million_examples_in_little_memory_and_time() -> None:
    draw = np.random.default_rng(0)
    lengths = draw.integers(1, 60, (1_000_000, 2), dtype=np.int32)
    tracemalloc.start()
    buckets = make_buckets(lengths, 12, 0, 2000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(len(bucket.members) for bucket in buckets) == len(lengths) and len(buckets) == 12
    assert peak < 60 * len(lengths), "some dozen bytes an example"


def test_examples_that_are_drawn_anew_each_epoch() -> None:
    def redraw(index: int, draw: np.random.Generator) -> dict[str, np.ndarray]:
        return {"source": draw.integers(100, 200, draw.integers(1, 9)), "target": np.asarray(7)}

    def epoch(number: int, seed: int = 1) -> list[list[list[int]]]:
        batches = ExampleBatches(made([5] * 20), 4, seed=seed, redraw=redraw)
        assert batches.shapes == [(4, 5)]
        return [batch["source"].tolist() for batch in batches.epoch(number)]

    assert epoch(0) == epoch(0) and epoch(0) != epoch(1)
    rows = [row for batch in epoch(0) for row in batch]
    drawn = [row for row in rows if row[0] >= 100]
    assert 0 < len(drawn) < 20, "what is drawn too long for its bucket is left as it was"
    assert all(row in [[index + 1] * 5 for index in range(20)] for row in rows if row[0] < 100)


def test_nothing_to_batch() -> None:
    with pytest.raises(ZooError, match="no examples to make batches of"):
        ExampleBatches([], 4)
    with pytest.raises(ZooError, match="example 2: its source is empty"):
        ExampleBatches(made([3, 0]), 4)


def test_workers_read_each_example_once_together_and_make_the_same_batches() -> None:
    class Read(list):
        def __init__(self, examples: list[dict[str, np.ndarray]]) -> None:
            super().__init__(examples)
            self.read: list[int] = []

        def __getitem__(self, index):  # type: ignore[no-untyped-def]
            self.read.append(index)
            return super().__getitem__(index)

    lengths = [1 + index % 7 for index in range(43)]
    whole = list(ExampleBatches(made(lengths), 8, seed=1, buckets=3).epoch(2))
    read: list[int] = []
    parts = []
    for worker in range(2):
        examples = Read(made(lengths))
        batches = ExampleBatches(examples, 8, seed=1, buckets=3)
        share_batches(batches, lambda rows, at=worker: slice(at * rows // 2, (at + 1) * rows // 2))
        examples.read.clear()
        parts.append(list(batches.epoch(2)))
        read += examples.read
    assert sorted(read) == list(range(43))
    for batch, *halves in zip(whole, *parts, strict=True):
        rows = len(batch["weights"])
        for name, values in batch.items():
            joined = np.concatenate([halves[0][name][: rows // 2], halves[1][name][rows // 2 :]])
            np.testing.assert_array_equal(joined, values, err_msg=name)
