"""Frames as lines of a stream."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.data.readers.frame_lines import read_frames
from zoo.errors import ZooError


@pytest.mark.parametrize("separator", [",", ";", "\t", " ", ", "])
def test_numbers(separator: str) -> None:
    frames = list(read_frames([separator.join(("1", "-2.5", "3e1")), "", ",,", separator.join("456")]))
    assert [frame.tolist() for frame in frames] == [[1, -2.5, 30], [4, 5, 6]]


def test_columns_that_are_no_features_are_left_out_by_their_names() -> None:
    frames = read_frames(["x,time,phase,y", "1,99,,2", "3,99,rest,4"], ("phase",), ("time",))
    assert [frame.tolist() for frame in frames] == [[1, 2], [3, 4]]


def test_pictures() -> None:
    assert list(read_frames(["a b/1.PNG", "2.jpg"])) == [Path("a b/1.PNG"), Path("2.jpg")]


def test_a_frame_comes_before_the_next_line_is_read() -> None:
    def lines():
        yield "1,2"
        raise AssertionError("read too far")

    assert next(read_frames(lines())).tolist() == [1, 2]


def test_lines_that_are_no_frames() -> None:
    for lines, problem in (
        (["x,y", "1,2", "1"], "line 3: 1 numbers, but 2 were expected"),
        (["x,y", "1,nan"], "line 2: y is 'nan', but a number was expected"),
        (["1,b"], "line 1: feature 2 is 'b', but a number was expected"),
    ):
        with pytest.raises(ZooError, match=problem):
            list(read_frames(lines))
