"""The task keeps the promises of a task, by whatever it reads; its images are drawn."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.long_run import first
from tests.settings_by_part import SettingsByPart
from zoo.testing import check_task
from zoo_glimpse.task import Glimpse

SMALL: SettingsByPart = {
    "data": {"examples": 160},
    "model": {"units": 8, "filters": [4]},
    "glimpses": {"count": 3, "scales": 2, "width": 8, "episodes": 2},
    "batch": {"size": 32},
}


def small(**model: object) -> SettingsByPart:
    return {**SMALL, "model": {**SMALL["model"], **model}}


def test_promises_are_kept():
    run = check_task(Glimpse, **SMALL, device={"replicas": 1})
    assert run.topology.name == "one-to-one"


@pytest.mark.parametrize(
    "model",
    first(
        1,
        [
            {"reader": "whole"},
            {"reader": "whole", "network": "convolution"},
            {"reader": "rows", "cell": "gru"},
            {"reader": "pixels", "cell": "rnn", "permuted": True},
        ],
    ),
)
def test_other_readers_train_and_load(tmp_path: Path, model: dict[str, object]):
    settings = small(**model)
    settings["data"] = {"examples": 80, "canvas": 16, "scale": 2, "clutter": 0}
    run = zoo.run(Glimpse, **settings, train={"steps": 2}, out=str(tmp_path / "run"))
    inputs = run.topology.inputs(run.task.splits().test, 3)
    np.testing.assert_allclose(
        [answer.score for answer in zoo.load(tmp_path / "run", task=Glimpse).answer(inputs)],
        [answer.score for answer in run.answer(inputs)],
        rtol=1e-5,
    )


@pytest.mark.slow
def test_one_replica_and_two_have_the_same_curve(tmp_path: Path):
    curves = []
    for replicas in (1, 2):
        run = zoo.run(
            Glimpse,
            **SMALL,
            train={"steps": 6, "evaluate_every": 2},
            device={"kind": "cpu", "replicas": replicas},
            out=str(tmp_path / str(replicas)),
        )
        curves.append([[line[part]["loss"] for part in ("train", "validation")] for line in run.metrics])
    np.testing.assert_allclose(*curves, rtol=1e-4)


def test_it_draws_where_it_looks(tmp_path: Path):
    pytest.importorskip("matplotlib")
    from PIL import Image

    from zoo_glimpse import zoo_callbacks, zoo_report

    folder = tmp_path / "run"
    watch = zoo_callbacks()["glimpses"](folder)
    run = zoo.run(Glimpse, **SMALL, train={"steps": 4, "evaluate_every": 2}, callbacks=[watch], out=str(folder))
    drawn = sorted((folder / "glimpses").iterdir())
    assert [path.name for path in drawn] == ["00000002.png", "00000004.png"]
    assert np.asarray(Image.open(drawn[0])).std() > 10
    assert not np.array_equal(Image.open(drawn[0]), Image.open(drawn[1]))
    (section,) = zoo_report()["glimpses"](run)
    # Twelve images, three windows on each.
    assert section.body.count("<image ") == 12 and section.body.count("<rect ") == 36
    answer = run.answer(run.topology.inputs(run.task.splits().test, 1))[0]
    assert np.shape(json.loads(json.dumps(answer.details))["looked_at"]) == (3, 2)


def test_words_that_contradict_each_other(tmp_path: Path):
    out = str(tmp_path / "run")
    for settings, words in (
        (small(reader="rows", permuted=True), "model.permuted is for model.reader=pixels, not rows"),
        (
            {**SMALL, "data": {"source": "digit"}},
            "data=digit: no such data; expected digits, mnist, mnist-10k, or a f",
        ),
        ({**SMALL, "data": {"examples": 80, "canvas": 12}}, "data.canvas=12 is too small for an image of 20 by 20"),
    ):
        with pytest.raises(zoo.UsageError, match=words):
            zoo.run(Glimpse, **settings, train={"steps": 1}, out=out)
    from zoo_glimpse.callback import DrawGlimpses

    with pytest.raises(
        zoo.UsageError, match=r"only model.reader=glimpses chooses where to look; this run has model.reader=rows"
    ):
        zoo.run(
            Glimpse, **small(reader="rows"), train={"steps": 1}, callbacks=[DrawGlimpses(tmp_path / "run")], out=out
        )


def test_mnist_is_read_as_it_is_or_placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    mirror = Path(os.environ.get("ZOO_MIRROR", Path(__file__).parents[4] / "shared" / "data"))
    if not (mirror / "mnist").is_dir():
        pytest.skip("needs the files of MNIST: set ZOO_MIRROR to a mirror that has them")
    monkeypatch.setenv("ZOO_MIRROR", str(mirror))
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    settings = Glimpse.Settings()
    settings.data.source = "mnist-10k"
    splits = Glimpse(settings).splits()
    assert [len(examples) for _, examples in splits.items()] == [8000, 1000, 1000]
    assert splits.train[0]["source"].shape == (28, 28)
    settings.data.canvas = 60
    splits = Glimpse(settings).splits()
    assert [len(examples) for _, examples in splits.items()] == [8000, 1000, 1000]
    assert splits.train[0]["source"].shape == (60, 60)
