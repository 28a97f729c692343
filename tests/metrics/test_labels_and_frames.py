"""Metrics by hand, and what must always hold."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.metrics import (
    accuracy,
    calibration_error,
    confusion_table,
    edit_score,
    frame_metrics,
    label_metrics,
    macro_f1,
    roc_auc,
    segment_f1,
    segments,
)

labels = st.lists(st.sampled_from("abc"), min_size=1, max_size=30)


def test_labels_by_hand():
    truth, predicted = list("aabb"), list("abbb")
    assert accuracy(truth, predicted) == 0.75
    # a: precision 1, recall 1/2; b: precision 2/3, recall 1
    assert macro_f1(truth, predicted) == pytest.approx((2 / 3 + 0.8) / 2)
    assert confusion_table(truth, predicted).splitlines() == [
        "truth \\ answer  a  b",
        "a               1  1",
        "b               0  2",
    ]
    with pytest.raises(ValueError, match="2 labels and 1 predictions"):
        accuracy("ab", "a")


def test_calibration_by_hand():
    rows = [{"a": 0.9, "b": 0.1}, {"a": 0.9, "b": 0.1}, {"a": 0.3, "b": 0.7}]
    # Two answers of 0.9, one right: off by 0.4 each; one of 0.7, right: off by 0.3.
    assert calibration_error(["a", "b", "b"], rows) == pytest.approx((0.8 + 0.3) / 3)
    assert calibration_error(["a"], [{"a": 1.0, "b": 0.0}]) == 0


def test_area_by_hand():
    rows = [{"n": 1 - p, "p": p} for p in (0.1, 0.4, 0.35, 0.8)]
    assert roc_auc(list("nnpp"), rows) == pytest.approx(0.75)
    assert math.isnan(roc_auc(list("nnnn"), rows))
    three = [{"a": 0.8, "b": 0.1, "c": 0.1}, {"a": 0.1, "b": 0.8, "c": 0.1}, {"a": 0.1, "b": 0.1, "c": 0.8}]
    assert roc_auc(list("abc"), three) == 1
    assert label_metrics(list("abc"), three)["accuracy"] == 1


def test_frames_by_hand():
    assert segments("aab") == [("a", 0, 2), ("b", 2, 3)]
    assert edit_score("aabbc", "abbbc") == 100
    assert edit_score("aabb", "bbaa") == 0
    assert edit_score("abc", "ac") == pytest.approx(100 * 2 / 3)
    truth, shifted = ["aaaabbbb"], ["aabbbbbb"]
    assert segment_f1(truth, shifted, 0.5) == 100  # a: 2 of 4; b: 4 of 6
    assert segment_f1(truth, shifted, 0.6) == 50
    assert segment_f1(truth, ["cccccccc"], 0.1) == 0
    # Two answers within one true segment: one is right, the other is too many.
    assert segment_f1(["aaaa"], ["abaa"], 0.1) == pytest.approx(100 * 2 / (2 + 2))


def test_sequences_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="3 labels has 2 predictions"):
        frame_metrics(["aab"], ["ab"])


@given(labels)
def test_the_truth_is_perfect(truth: list[str]):
    assert set(frame_metrics([truth], [truth]).values()) == {1.0, 100.0}


@given(labels, st.data())
def test_bounds_and_order(truth: list[str], data: st.DataObject):
    predicted = data.draw(st.lists(st.sampled_from("abc"), min_size=len(truth), max_size=len(truth)))
    found = frame_metrics([truth], [predicted])
    assert 0 <= found["edit"] <= 100
    assert 0 <= found["f1@50"] <= found["f1@25"] <= found["f1@10"] <= 100
    assert found["edit"] == pytest.approx(edit_score(predicted, truth))


@given(labels)
def test_confusions_count_everything(truth: list[str]):
    predicted = truth[1:] + truth[:1]
    cells = [line.split()[1:] for line in confusion_table(truth, predicted).splitlines()[1:]]
    assert sum(int(cell) for row in cells for cell in row) == len(truth)
