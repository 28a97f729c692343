"""A sample of a split looks like the split, in whatever order its rows stand."""

from __future__ import annotations

from collections import Counter

import pytest

from zoo.data import sample


@pytest.mark.parametrize("period", [2, 3, 4, 10])
def test_labels_that_take_turns_are_all_sampled_alike(period: int):
    rows = [{"target": number % period} for number in range(4_000)]
    looked = sample(rows, 1_000)
    counts = Counter(row["target"] for row in looked)
    assert len(looked) == 1_000 and len(counts) == period
    assert max(counts.values()) < 2 * min(counts.values())
    assert sample(rows, 1_000) == looked


def test_a_sample_keeps_the_order_and_small_splits_are_taken_whole():
    rows = [{"target": number} for number in range(100)]
    looked = [row["target"] for row in sample(rows, 30)]
    assert looked == sorted(set(looked)) and len(looked) == 30
    assert sample(rows, 100) == rows and list(sample(iter_only(rows), 5)) == rows[:5]


class iter_only:
    """Examples that can only be iterated over."""

    def __init__(self, rows: list[dict[str, int]]) -> None:
        self.rows = rows

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
