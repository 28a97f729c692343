"""Classes: one way to write each, one example of each to train on, and errors for those that training never saw."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoo
from tests.properties import tried
from zoo.codecs import LabelCodec
from zoo.codecs.label import canonical_label
from zoo.data import read_labelled_texts
from zoo.data.splitting.groups import split_groups
from zoo.errors import ZooError


@tried(200)
@given(st.integers(-(10**9), 10**9))
def test_a_number_is_one_class_however_it_is_written(number: int) -> None:
    written = {number, float(number), str(number), f"{number}.0", f" {number} ", f"{number}.", f"{number:+d}"}
    assert {canonical_label(one) for one in written} == {str(number)}


@tried(100)
@given(st.text(max_size=12))
def test_a_canonical_label_is_its_own(label: str) -> None:
    assert canonical_label(canonical_label(label)) == canonical_label(label)


def test_truth_values_codes_and_fractions() -> None:
    assert {canonical_label(one) for one in (True, "true", "TRUE", " True")} == {"true"}
    assert canonical_label("007") == "007" and canonical_label("0.50") == canonical_label(0.5) == "0.5"
    codec = LabelCodec()
    codec.fit(["1", 1.0, "0", False, "no"])
    assert codec.labels == ("0", "1", "false", "no")
    assert codec.encode([1, "1.0", 0, "FALSE"]).tolist() == [1, 1, 0, 2]
    assert codec.encode_known(["1", "other"]).tolist() == [1, -1]


def test_labels_that_differ_only_by_case_are_named() -> None:
    with pytest.warns(UserWarning, match="'Pos' and 'pos' differ only by capitals"):
        LabelCodec().fit(["Pos", "pos", "neg"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LabelCodec().fit(["pos", "neg"])


def test_numbers_to_predict_are_no_classes() -> None:
    with pytest.raises(ZooError, match=r"the labels look like numbers, not classes: 60 different ones in 60 examples"):
        LabelCodec().fit([str(number / 7) for number in range(60)])
    LabelCodec().fit([str(number % 5) for number in range(60)])


@tried(60)
@given(
    keys=st.lists(st.integers(0, 60), min_size=1, max_size=80),
    classes=st.integers(1, 12),
    validation=st.sampled_from([0, 0.05, 0.2]),
    test=st.sampled_from([0, 0.1]),
)
def test_every_class_is_trained_on_and_equal_texts_stay_together(
    keys: list[int], classes: int, validation: float, test: float
) -> None:
    texts = [f"text {key}" for key in keys]
    labels = [(f"class {(key * 7) % classes}",) for key in keys]
    parts = split_groups(texts, validation, test, labels)
    assert sorted(place for part in parts for place in part) == list(range(len(keys)))
    assert {labels[place] for place in parts[0]} == set(labels)
    sides = [{texts[place] for place in part} for part in parts]
    assert not sides[0] & sides[1] and not sides[0] & sides[2] and not sides[1] & sides[2]
    backwards = split_groups(texts[::-1], validation, test, labels[::-1])
    assert [{texts[::-1][place] for place in part} for part in backwards] == sides


def test_classes_are_held_out_in_proportion() -> None:
    labels = [("rare",)] * 20 + [("common",)] * 180
    parts = split_groups([str(number) for number in range(200)], 0.1, 0.1, labels)
    assert [Counter(labels[place][0] for place in part) for part in parts] == [
        {"rare": 16, "common": 144},
        {"rare": 2, "common": 18},
        {"rare": 2, "common": 18},
    ]


@pytest.mark.parametrize("rows", [["a,x", "b,y", "c,z"], ["a,x", "b,x", "c,y"], [f"t{n},c{n % 9}" for n in range(20)]])
def test_small_tables_have_all_classes_in_training(tmp_path: Path, rows: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + "\n".join(rows))
    splits = read_labelled_texts(str(path))
    assert {example["target"] for example in splits.train} == {row.split(",")[1] for row in rows}


TINY = {"preset": "tiny", "train": {"steps": 2, "evaluate_every": 2}, "device": {"kind": "cpu", "replicas": 1}}


def test_a_class_that_training_never_saw_is_an_error_of_the_model(tmp_path: Path) -> None:
    for split, rows in (
        ("train", "good,1\nbad,0\n" * 9),
        ("dev", "good,1.0\nodd,new\n"),
        ("test", "odd,new\nodd,new\n"),
    ):
        (tmp_path / f"{split}.csv").write_text(f"text,label\n{rows}")
    with pytest.warns(UserWarning, match="validation has classes that training never saw.*'new'"):
        run = zoo.run("sentiment", data=str(tmp_path), out=str(tmp_path / "run"), **TINY)
    assert run.metrics[-1]["validation"]["accuracy"] <= 0.5
    report = run.evaluation_report("test")
    assert report.metrics["accuracy"] == 0
    assert any("2 of 2 labels are classes that training never saw" in note for note in report.notes)
