"""The average of runs has the mean of their weights and makes predictions; runs that do not fit are refused."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

import zoo
from zoo.cli import main
from zoo.runs.averaging import average_runs
from zoo.runs.listing import describe_run
from zoo.training.checkpoint import load_checkpoint

SIZES = {"model": {"units": 8, "embedding": 4}, "batch": {"size": 4, "length": 8}}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs with the same vocabulary."""
    folder = tmp_path_factory.mktemp("averaged")
    text = folder / "text.txt"
    text.write_text("the cat sat on the mat\n" * 60)
    for seed in (0, 1):
        zoo.run("charlm", data=str(text), seed=seed, out=str(folder / f"run{seed}"), train={"steps": 3}, **SIZES)
    return [folder / "run0", folder / "run1"]


def best(folder):
    return load_checkpoint(folder / "weights" / "best.safetensors")[0]


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_weights_are_the_mean(runs, tmp_path):
    before = [files(run) for run in runs]
    folder = average_runs([*runs, runs[0]], str(tmp_path / "average"))
    first, second, found = (best(path) for path in (*runs, folder))
    assert found.keys() == first.keys()
    for name, array in found.items():
        assert array.dtype == first[name].dtype
        if array.dtype.kind == "f":
            np.testing.assert_allclose(array, (2 * first[name] + second[name]) / 3, rtol=1e-6, atol=1e-7)
        else:
            np.testing.assert_array_equal(array, first[name])
    assert [files(run) for run in runs] == before


def test_the_average_is_a_run_that_cannot_be_resumed(runs, tmp_path, capsys):
    out = tmp_path / "average"
    assert main(["average", *map(str, runs), f"out={out}"]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert describe_run(out).state == "averaged"
    loaded = zoo.load(out)
    assert len(loaded.sample(length=5)) == 5
    with pytest.raises(zoo.ZooError, match="train.start="):
        loaded.resume()
    assert not loaded.folder.checkpoint.exists()


def test_a_run_averaged_with_itself_answers_alike(runs, tmp_path):
    folder = average_runs([runs[0], runs[0]], str(tmp_path / "average"))
    assert all(np.array_equal(array, best(runs[0])[name]) for name, array in best(folder).items())


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda run: edit(run / "settings.yaml", "units: 8", "units: 9"), "model.units is 8 in one and 9 in the other"),
        (lambda run: edit(run / "run.json", "charlm", "frames"), "one is of task charlm, the other of frames"),
        (lambda run: next((run / "codecs").rglob("*.json")).write_text("{}"), "their vocabularies or labels differ"),
        (lambda run: (run / "weights" / "best.safetensors").unlink(), "best.safetensors"),
    ],
)
def test_runs_that_do_not_fit_together_are_refused(runs, tmp_path, damage, message):
    other = tmp_path / "other"
    shutil.copytree(runs[1], other)
    damage(other)
    with pytest.raises(zoo.ZooError, match=message):
        average_runs([runs[0], other], str(tmp_path / "average"))
    assert not (tmp_path / "average").exists()


def test_one_run_is_not_averaged(runs):
    with pytest.raises(zoo.UsageError, match="at least two runs"):
        average_runs([runs[0]])


def edit(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
