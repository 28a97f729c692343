"""Sentiment on a user's file: three classes of unequal size, each pooling, and what the answers tell."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import zoo
from tests.long_run import first
from zoo.plugins import Plugins
from zoo.settings import resolve
from zoo.topology.answer import Answer
from zoo.topology.source_to_label import class_shares

MOODS = {"good": 60, "bad": 20, "so-so": 20}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "moods.jsonl"
    who = ["Ann", "Bob", "Cay", "Dan", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon"]
    rows = [
        {"text": f"{who[n % 10]} told {who[n // 10]} it was {mood}", "label": mood}
        for mood, count in MOODS.items()
        for n in range(count)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def train(table: Path, **changes: dict) -> zoo.Run:
    return zoo.run(
        "sentiment",
        data={"source": str(table), "validation": 0.2, "test": 0.3, "balanced": True},
        model={"units": 8, "embedding": 8, "dropout": 0.0} | changes.get("model", {}),
        text=changes.get("text", {}),
        batch={"size": 16},
        train={"steps": 120, "learning_rate": 2e-2, "schedule": "constant", "evaluate_every": 60},
        out=str(table.parent / "run"),
    )


@pytest.mark.parametrize(
    ("pooling", "text"),
    first(1, [("attention", {}), ("max", {"unit": "byte"}), ("mean", {"unit": "character"}), ("last", {})]),
)
def test_three_classes_and_each_pooling(pooling: str, text: dict, table: Path) -> None:
    run = train(table, model={"pooling": pooling}, text=text)
    report = run.evaluation_report("test")
    names = {"loss", "accuracy", "macro_f1", "roc_auc", "calibration_error"}
    assert report.metrics.keys() == names
    assert report.metrics["accuracy"] > 0.9 and report.metrics["macro_f1"] > 0.8
    header, *rows = report.notes[0].splitlines()
    assert header.split()[-3:] == ["bad", "good", "so-so"] and len(rows) == 3
    assert sum(int(cell) for row in rows for cell in row.split()[1:]) == len(run.task.splits().test)
    (answer,) = run.answer(["Jon told Ida it was so-so"])
    assert answer.value == "so-so" and set(answer.details["probabilities"]) == set(MOODS)
    remarks = [shown.remark for shown in report.examples]
    assert all(remark.startswith("looked at ") and "%" in remark for remark in remarks) == (pooling == "attention")
    assert json.loads(json.dumps(report.as_json()))["examples"][0]["remark"] == remarks[0]


def test_the_words_that_counted_most_come_first() -> None:
    topology = Plugins().load_task("sentiment").topology
    looked = [("it", 0.1), ("was", 0.1), ("not", 0.5), ("bad", 0.3)]
    assert topology.remark(Answer("x", None, {"looked_at": looked})) == "looked at not 50%, bad 30%, it 10%, was 10%"
    assert topology.remark(Answer("x", None, {"looked_at": [("a", 0.5), ("b", 0.5)]})) == ""
    assert topology.remark(Answer("x")) == ""


def test_balanced_classes_count_the_same(table: Path) -> None:
    task = Plugins().load_task("sentiment")
    words = [f"data={table}", "data.validation=0", "data.test=0", "data.balanced=true"]
    settings = resolve(task.Settings, task.presets, words, task="sentiment")
    examples = list(task(settings).splits().train)
    shares = class_shares(examples, settings, "train")
    counts = Counter(example["target"] for example in examples)
    assert [shares[mood] * counts[mood] for mood in MOODS] == pytest.approx([100 / 3] * 3)
    assert class_shares(examples, settings, "validation") == {}


def test_only_one_class_is_refused(table: Path) -> None:
    table.write_text("\n".join(json.dumps({"text": f"all {n}", "label": "same"}) for n in range(30)))
    with pytest.raises(zoo.ZooError, match="label"):
        train(table)
