"""Timelines in text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zoo.topology.timeline import runs, timelines


def test_letters_are_alike_in_all_rows() -> None:
    lines, legend = timelines([["rest"] * 3 + ["step"] * 2 + ["stop"], ["rest"] * 2 + ["step"] * 4])
    assert lines == ["rrrssS", "rrssss"]
    assert legend == "r rest, s step, S stop"


def test_a_column_of_several_frames_shows_the_most_frequent_label() -> None:
    lines, legend = timelines([["a"] * 60 + ["b"] * 40], width=25)
    assert lines == ["a" * 15 + "b" * 10]
    assert legend == "a a, b b; a column for 4 frames"


@given(st.lists(st.one_of(st.text(max_size=3), st.integers(0, 99)), min_size=1, max_size=80), st.integers(1, 90))
def test_any_labels(labels: list[str | int], width: int) -> None:
    lines, _ = timelines([labels, labels[::-1]], width)
    assert len(lines[0]) == len(lines[1]) == -(-len(labels) // -(-len(labels) // width)) <= width
    if width >= len(labels):
        assert len(set(lines[0])) == len({str(label) for label in labels})


def test_runs() -> None:
    assert runs(["rest", "rest", "step", "rest"]) == "rest x2, step x1, rest x1"
    assert runs([]) == ""
