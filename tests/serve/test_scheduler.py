"""Requests are put together by length, and the one that waits longest goes first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zoo.serve.scheduler import ALIKE, choose_batch
from zoo.serve.stop_sequences import StopSequences


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 200)), max_size=30), st.integers(1, 8))
def test_a_batch_is_the_oldest_and_those_like_it(waiting: list[tuple[int, int]], size: int):
    jobs: Any = [SimpleNamespace(key=key, size=length) for key, length in waiting]
    chosen: Any = choose_batch(jobs, size)
    if not jobs:
        assert chosen == []
        return
    assert chosen[0] is jobs[0] and len(chosen) <= size
    assert all(one.key == jobs[0].key for one in chosen)
    for one in chosen:
        short, long = sorted((one.size, jobs[0].size))
        assert long <= 2 * short or long - short <= ALIKE
    left = [one for one in jobs if one not in chosen and one.key == jobs[0].key]
    if len(chosen) < size:
        assert all(abs(one.size - jobs[0].size) > ALIKE for one in left)


@given(st.text("ab", max_size=30), st.lists(st.text("ab", min_size=1, max_size=3), max_size=3), st.data())
def test_a_text_in_pieces_ends_where_the_whole_would(text: str, stops: list[str], data: st.DataObject):
    ends = [end for end in range(len(text) + 1) if any(text[:end].endswith(stop) for stop in stops)]
    wanted = text[: min(text.find(stop) for stop in stops if stop in text[: ends[0]])] if ends else text
    sequences, found, rest = StopSequences(stops), "", text
    while rest:
        cut = data.draw(st.integers(1, len(rest)))
        piece, stopped = sequences.push(rest[:cut])
        found, rest = found + piece, rest[cut:]
        if stopped:
            break
    else:
        found += sequences.flush()
    assert found == wanted
