"""The task: its rules and codecs, what the zoo promises of every task, the images, and the cells in other tasks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.settings_by_part import SettingsByPart
from zoo.plugins import Plugins
from zoo.testing import check_task
from zoo_memory.bits import SourceCodec, TargetCodec, due
from zoo_memory.rules import RULES, Drawn
from zoo_memory.task import Memory

DATA = {"bits": 3, "longest": 3, "tested": 6, "examples": 80}
TINY: SettingsByPart = {
    "data": DATA,
    "model": {"units": 8, "places": 6, "width": 4},
    "batch": {"size": 8},
}


def tiny(**model: object) -> SettingsByPart:
    return {**TINY, "model": {**TINY["model"], **model}}


def answered(rule: str, source: str, bits: int) -> str:
    """Work a source out by hand."""
    words = source.split()
    if rule == "copy":
        return " ".join(words[: words.index("?")])
    if rule == "repeat-copy":
        place = next(number for number, word in enumerate(words) if word[0] == "x")
        return " ".join(words[:place] * int(words[place][1:]) + ["."])
    seen, asked = source.split(" ? ", 1)
    items = [item.strip() for item in seen.split("|") if item.strip()]
    found = [number for number, item in enumerate(items[:-1]) if item == asked.split(" ?")[0]]
    return items[found[0] + 1]


@pytest.mark.parametrize("rule", RULES)
def test_the_answers_follow_the_rule(rule: str):
    drawn = Drawn(rule, 50, (2, 5), 8, 4, (0, 1))
    assert len({example["source"] for example in drawn}) > 45
    for example in drawn:
        assert example["target"] == answered(rule, example["source"], 8)
        assert due(example["source"]).sum() == len(example["target"].split())
    assert drawn[7] == Drawn(rule, 50, (2, 5), 8, 4, (0, 1))[7] != Drawn(rule, 50, (2, 5), 8, 4, (0, 2))[7]
    assert drawn[:2] == [drawn[0], drawn[1]]
    with pytest.raises(IndexError):
        drawn[50]


def test_words_become_frames_and_come_back():
    source, target = SourceCodec(3), TargetCodec(3, ends=True)
    frames = source.encode("011 | 100 x3 ? - -")
    assert frames.shape == (7, 6)
    np.testing.assert_allclose(frames[[0, 1, 3, 4, 5]].sum(1), [2, 1, 0.3, 1, 0], atol=1e-6)
    assert source.decode(frames) == "011 | 100 x3 ? - -"
    assert target.decode(target.encode("011 . 100")) == "011 . 100"
    for bad in ("01", "0110", "abc", "."):
        with pytest.raises(zoo.ZooError, match="is not a vector of 3 bits, such as 010"):
            source.encode(bad)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("ntm", "repeat-copy"),
        pytest.param("ntm_hard", "copy", marks=pytest.mark.slow),
        pytest.param("lstm", "recall", marks=pytest.mark.slow),
    ],
)
def test_the_promises_of_a_task(cell: str, rule: str):
    settings = tiny(cell=cell)
    settings["data"] = {**DATA, "rule": rule}
    assert check_task(Memory, **settings, device={"replicas": 1}).settings.data.rule == rule


def test_it_answers_evaluates_and_says_what_is_wrong(tmp_path: Path):
    run = zoo.run(Memory, **tiny(), train={"steps": 2}, out=str(tmp_path / "run"))
    (answer,) = run.answer(["011 100 ? - -"])
    assert [len(word) for word in answer.value.split()] == [3, 3]
    assert answer.details["probabilities"].shape == (2, 3) and answer.score < 0
    assert set(run.evaluate()) == {"loss", "bit_error", "cost", "exact"}
    assert all(0 <= record["padding"] < 1 for record in run.metrics)
    with pytest.raises(zoo.ZooError, match="input 1: no answer is asked for; write '-' for each answer"):
        run.predict(["011"])
    with pytest.raises(zoo.UsageError, match="this task generates its sequences; set data.rule=copy"):
        zoo.run(Memory, data="mine.csv", train={"steps": 1}, out=str(tmp_path / "other"))
    run.model.set_weights([np.full_like(weight, np.nan) for weight in run.model.get_weights()])
    with pytest.raises(zoo.ZooError, match=r"not finite \(NaN\): its weights are not, as after a training"):
        run.predict([next(iter(run.task.splits().test))["source"]])


@pytest.mark.parametrize("cell", [pytest.param(cell, marks=pytest.mark.slow) for cell in ("ntm", "ntm_hard")])
def test_one_replica_and_two_have_one_curve(cell: str, tmp_path: Path):
    curves = []
    for replicas in (1, 2):
        run = zoo.run(
            Memory,
            **tiny(cell=cell),
            train={"steps": 3, "evaluate_every": 1},
            device={"replicas": replicas},
            out=str(tmp_path / str(replicas)),
        )
        curves.append([record["train"]["loss"] for record in run.metrics])
    np.testing.assert_allclose(curves[0], curves[1], rtol=2e-4)


@pytest.mark.slow
def test_copying_carries_over_to_twice_the_length(tmp_path: Path):
    run = zoo.run(Memory, out=str(tmp_path / "run"))
    assert {len(example["target"].split()) for example in run.task.splits().test} == {20}
    assert run.evaluate()["bit_error"] < 0.01


def test_images_of_the_addressing(tmp_path: Path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install zoo-memory[pictures]")
    train = {"steps": 2, "evaluate_every": 1, "callbacks": ["addressing"]}
    run = zoo.run(Memory, **tiny(heads=2), train=train, out=str(tmp_path / "run"))
    images = sorted((run.folder.path / "addressing").iterdir())
    assert [image.name for image in images] == ["00000001.png", "00000002.png"]
    assert all(image.read_bytes()[:4] == b"\x89PNG" for image in images)
    weightings, answers = run.model.addressing(run.model.shown)
    assert weightings.shape == (13, 3, 6) and answers.shape == (13, 3)
    np.testing.assert_allclose(weightings.sum(-1), 1, atol=1e-5)
    with pytest.raises(zoo.UsageError, match=r"train.callbacks=addressing is for task=memory with model.cell=ntm"):
        zoo.run(Memory, **tiny(cell="lstm"), train=train, out=str(tmp_path / "other"))


def test_the_plugin_gives_cells_and_the_images():
    components = Plugins().load_components()
    assert {"ntm", "ntm_dense", "ntm_hard"} <= set(components.cells)
    assert "addressing" in components.callbacks
    assert Plugins().load_task("memory").topology.name == "answering"


OTHERS: dict[str, SettingsByPart] = {
    "charlm": {"batch": {"size": 4, "length": 8}, "model": {"units": 6}},
    "sentiment": {"batch": {"size": 8}, "model": {"units": 6, "embedding": 4}},
    "frames": {"batch": {"size": 2}, "model": {"units": 6, "filters": [2]}},
    "translation": {"batch": {"size": 8}, "model": {"units": 6, "embedding": 4, "attend": "after"}},
    "translation before": {
        "batch": {"size": 8},
        "model": {"units": 6, "embedding": 4, "attend": "before", "input_feeding": True},
        "search": {"strategy": "greedy", "length": 5},
    },
}


FAST = {("charlm", "ntm_hard")}


@pytest.mark.budget("on JAX the unrolled steps of the memory compile for long")
@pytest.mark.parametrize(
    ("task", "cell"),
    [
        pytest.param(task, cell, marks=[] if (task, cell) in FAST else [pytest.mark.slow])
        for task in OTHERS
        for cell in ("ntm", "ntm_dense", "ntm_hard")
    ],
)
def test_any_task_takes_the_cells_by_name(task: str, cell: str, tmp_path: Path):
    settings: SettingsByPart = {**OTHERS[task], "model": {**OTHERS[task]["model"], "cell": cell, "layers": 1}}
    name = task.split()[0]
    if name == "charlm":
        text = tmp_path / "text.txt"
        text.write_text("a rose is a rose is a rose.\n" * 40)
        settings["data"] = str(text)
    run = zoo.run(name, **settings, train={"steps": 2}, out=str(tmp_path / "run"))
    assert np.isfinite(run.metrics[-1]["train"]["loss"])
    moved = [weight.path for weight in run.model.trainable_variables if "heads" in weight.path]
    assert moved, "the cell is not in the model"
    if name == "charlm":
        assert run.sample("a ", length=5)
