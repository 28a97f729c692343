"""Everything is fit for XLA: static shapes, and no operation that it does not know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

from tests.launcher import forks
from tests.settings_by_part import SettingsByPart
from tests.small_data import SMALL_DATA
from zoo.layers.attention.names import ATTENTIONS
from zoo.training.checkpoint import load_checkpoint

TASKS: dict[str, SettingsByPart] = {
    "charlm": {"model": {"units": 12, "layers": 2}, "batch": {"size": 4, "length": 8}, "search": {"length": 8}},
    "sentiment": {"preset": "tiny"},
    "translation": {"preset": "tiny"},
    "captioning": {"preset": "tiny"},
    "frames": {"preset": "tiny"},
}
Record: TypeAlias = Mapping[str, dict[str, float]]
"""What a run notes at an evaluation: split -> its metrics."""
FAST = ("charlm",)
CELLS = [("charlm", {"cell": cell}) for cell in ("rnn", "gru", "ntm", "ntm_dense")]
LOOKS = [("translation", {"attention": name}) for name in sorted(ATTENTIONS) if name != "hard"]
OTHERS = [
    ("translation", {"attend": "after", "input_feeding": True}),
    ("frames", {"causal": True}),
    ("sentiment", {"pooling": "mean"}),
]


# TensorFlow keeps what XLA has compiled as long as a process lives, in thousands of pieces of memory, of which Linux
# gives a process some 65,000: so each training has a process of its own.
TRAIN = """
import json, sys, zoo
task, settings, xla = json.loads(sys.argv[1])
run = zoo.run(task, **settings)
assert ("XLA" in run.engine.describe()) == xla
assert run.engine.replicas == settings["device"]["replicas"]
inputs = run.topology.inputs(run.task.splits().validation, 2)
assert len(run.predict(inputs)) == len(inputs)
"""


def train(task: str, model: dict[str, object], out: Path, rhyme: Path, xla: bool, replicas: int = 1) -> list[Record]:
    """Train three steps in a fresh process and give the evaluations."""
    settings = {**TASKS[task], "model": {**TASKS[task].get("model", {}), **model, "dropout": 0.0}}
    if task == "charlm":
        settings["data"] = str(rhyme)
    else:
        folder = out.parent / "data"
        folder.mkdir(exist_ok=True)
        settings["data"] = {"source": SMALL_DATA[task](folder), "validation": 0.2, "test": 0.2}
    settings |= {"train": {"steps": 3, "epochs": 0, "minutes": 0, "evaluate_every": 3}, "out": str(out)}
    settings["device"] = {"xla": xla, "replicas": replicas}
    done = forks().run(json.dumps([task, settings, xla]), cwd=out.parent, script=TRAIN, check=None)
    assert done.status == 0, done.err
    return [json.loads(line) for line in (out / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def assert_same(some: list[Record], others: list[Record]) -> None:
    assert some
    for one, other in zip(some, others, strict=True):
        for split in ("train", "validation"):
            np.testing.assert_allclose(one[split]["loss"], other[split]["loss"], rtol=1e-4)


@pytest.mark.parametrize(
    ("task", "model"),
    [
        *(pytest.param(task, {}, marks=[] if task in FAST else [pytest.mark.slow]) for task in TASKS),
        *(pytest.param(*given, marks=pytest.mark.slow) for given in (*CELLS, *LOOKS, *OTHERS)),
    ],
)
def test_a_step_and_an_answer_compile_and_are_the_same(
    task: str, model: dict[str, object], tmp_path: Path, rhyme: Path
):
    assert_same(*(train(task, model, tmp_path / str(xla), rhyme, xla) for xla in (False, True)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "model"), [("translation", {"attention": "hard"}), ("charlm", {"cell": "ntm_hard"})], ids=["hard", "ntm"]
)
def test_what_learns_by_reinforce_compiles_and_shares_its_baseline(
    task: str, model: dict[str, object], tmp_path: Path, rhyme: Path
):
    # Its draws are others than those of a plain step, so that it is compared with itself on two replicas.
    assert_same(*(train(task, model, tmp_path / str(count), rhyme, True, count) for count in (1, 2)))
    baselines = []
    for count in (1, 2):
        arrays, _ = load_checkpoint(next((tmp_path / str(count)).rglob("*checkpoint*")))
        baselines.append([value for name, value in sorted(arrays.items()) if value.shape == (2,)])
    assert any(np.abs(value).min() > 0 for value in baselines[0])
    for alone, shared in zip(*baselines, strict=True):
        np.testing.assert_allclose(alone, shared, rtol=1e-4, atol=1e-6)
