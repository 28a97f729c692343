"""Sentences are read from all formats, entities are those of seqeval, the field is exact, and the task is learned."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

import zoo

CONLL = "-DOCSTART- -X- O\n\nParis NNP B-place\nsleeps VBZ O\n\nNew NNP B-place\nYork NNP I-place\n"
CONLLU = (
    "# text = No.\n1\tNo\tno\tINTJ\tUH\t_\t0\troot\t_\t_\n1-2\tx\t_\t_\t_\t_\t_\t_\t_\t_\n"
    "2\t.\t.\tPUNCT\t.\t_\t1\tp\t_\t_\n\n"
)


def test_sentences_are_read_from_every_format(tmp_path: Path):
    from zoo_tagging.reading import read_tagged

    (tmp_path / "a.conll").write_text(CONLL)
    (tmp_path / "b.conllu").write_text(CONLLU)
    (tmp_path / "c.jsonl").write_text(json.dumps({"words": ["a", "b"], "labels": ["X", "Y"]}) + "\n")
    place = {"source": ["Paris", "sleeps"], "target": ["B-place", "O"]}
    york = {"source": ["New", "York"], "target": ["B-place", "I-place"]}
    assert list(read_tagged(str(tmp_path / "a.conll"), validation=0, test=0).train) == [place, york]
    tags = read_tagged(str(tmp_path / "a.conll"), labels=2, validation=0, test=0).train
    assert list(tags)[0]["target"] == ["NNP", "VBZ"]
    assert list(read_tagged(str(tmp_path / "b.conllu"), validation=0, test=0).train) == [
        {"source": ["No", "."], "target": ["INTJ", "PUNCT"]}
    ]
    assert list(read_tagged(str(tmp_path / "c.jsonl"), validation=0, test=0).train)[0]["target"] == ["X", "Y"]
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("x-train", "x-dev", "x-test"):
        (folder / f"{name}.conll").write_text(CONLL)
    splits = read_tagged(str(folder))
    assert [len(splits.train), len(splits.validation), len(splits.test)] == [2, 2, 2]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.conll", "Paris B-place\nsleeps\n", "a.conll:2: 1 columns; expected a word and a label"),
        ("a.jsonl", '{"words": ["a"], "labels": []}\n', "a.jsonl:1: 1 words with 0 labels"),
        ("a.jsonl", "[1\n", 'a.jsonl:1: expected {"words"'),
        ("a.conll", "\xff\xfe", "not UTF-8"),
        ("a.conll", "\n\n", "no labelled sentences"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, name: str, content: str, message: str):
    from zoo_tagging.reading import read_tagged

    (tmp_path / name).write_text(content, encoding="latin-1")
    with pytest.raises(zoo.ZooError) as caught:
        read_tagged(str(tmp_path / name))
    assert message in str(caught.value)
    if "columns" in message:
        good = "a X\n\n"
        (tmp_path / name).write_text(good + content)
        assert (
            "skipped 1 sentences" in read_tagged(str(tmp_path / name), on_error="skip", validation=0, test=0).notes[0]
        )


def test_entities_are_those_of_seqeval():
    from zoo_tagging.entities import Entity, broken_marks, entities, entity_metrics, is_bio

    assert entities(["B-A", "I-A", "O", "I-B", "B-B", "I-A"]) == [
        Entity("A", 0, 2), Entity("B", 3, 4), Entity("B", 4, 5), Entity("A", 5, 6)
    ]  # fmt: skip
    assert entities(["S-A", "B-A", "E-A", "O"]) == [Entity("A", 0, 1), Entity("A", 1, 3)]
    found = entity_metrics([["B-A", "I-A", "O", "B-B"]], [["B-A", "O", "O", "B-B"]])
    assert found == {"entity_precision": 0.5, "entity_recall": 0.5, "entity_f1": 0.5}
    assert is_bio(["O", "B-A"]) and not is_bio(["NOUN", "O"]) and not is_bio(["O"])
    assert broken_marks([["I-A", "I-A", "O", "I-B"], ["B-A", "I-B"]]) == 3


def test_the_field_is_exact():
    from keras import ops

    from zoo_tagging.crf import negative_log_likelihood, viterbi

    draw = np.random.default_rng(0)
    scores, transitions = draw.normal(size=(2, 4, 3)).astype("float32"), draw.normal(size=(3, 3)).astype("float32")
    target, weights = np.array([[0, 2, 1, 1], [2, 0, 0, 0]]), np.array([[1, 1, 1, 1], [1, 1, 0, 0]], "float32")

    def total(row: int, path: Iterable[int]) -> float:
        steps = sum(transitions[a, b] for a, b in itertools.pairwise(path))
        return float(sum(scores[row, place, label] for place, label in enumerate(path)) + steps)

    losses = ops.convert_to_numpy(negative_log_likelihood(scores, target, weights, transitions))
    for row, length in ((0, 4), (1, 2)):
        paths = list(itertools.product(range(3), repeat=length))
        everything = np.logaddexp.reduce([total(row, path) for path in paths])
        assert losses[row] == pytest.approx(everything - total(row, target[row, :length]), rel=1e-4)
        best = max(paths, key=lambda path: total(row, path))
        found, score = viterbi(scores[row, :length], transitions)
        assert tuple(found) == best and score == pytest.approx(total(row, best), rel=1e-5)


@pytest.mark.parametrize("crf", [pytest.param(False, marks=pytest.mark.slow), True])
@pytest.mark.budget("the composed sentences take some 200 steps to learn")
def test_composed_entities_are_learned(tmp_path: Path, crf: bool):
    run = zoo.run(
        "tagging", data="orders", out=str(tmp_path / "run"), model={"units": 32, "embedding": 32, "crf": crf},
        train={"epochs": 0, "steps": 200, "evaluate_every": 200}
    )  # fmt: skip
    metrics = run.evaluate("test")
    assert metrics["entity_f1"] > 0.97 and metrics["accuracy"] > 0.98
    loaded = zoo.load(run.folder.path)
    (labels,) = loaded.predict([["Grace", "Hopper", "wants", "two", "apples", "."]])
    assert labels == ["B-person", "I-person", "O", "B-quantity", "B-product", "O"]
