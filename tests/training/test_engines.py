"""TensorFlow or JAX, one device, many or several processes: one training, and each goes on with the other's runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.launcher import forks
from tests.long_run import first
from tests.small_data import small_data
from zoo.errors import UsageError
from zoo.training.engines import Cluster, cluster, find_cluster
from zoo.training.engines.cluster import KERAS_VARIABLES, TPU_VARIABLES

REPOSITORY = Path(__file__).resolve().parents[2]
# Without dropout: TensorFlow has a generator of its own, but with device.xla.
TASKS = {
    "charlm": "model.units=16 model.layers=1 batch.size=16 batch.length=16 search.length=20 model.dropout=0",
    "sentiment": "preset=tiny model.dropout=0",
    "translation": "preset=tiny model.dropout=0",
    "captioning": "preset=tiny model.dropout=0",
    "frames": "preset=tiny model.dropout=0",
}
KINDS = {
    "TensorFlow": ["engine=tensorflow", "device=cpu", "device.replicas=1"],
    "JAX": ["engine=jax", "device=cpu", "device.replicas=1"],
    "JAX on 8 devices": ["engine=jax", "device=cpu", "device.replicas=8"],
    "JAX in 2 processes": ["engine=jax", "device=workers", "device.local_workers=2"],
}
# Compiles in half the time to what runs slower.
QUICK = "--xla_backend_optimization_level=0"


def process(*arguments: str, **environment: str) -> str:
    """Run Python in a process of its own, and give what it prints."""
    path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tasks")])
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"XLA_FLAGS": QUICK, **os.environ, "PYTHONPATH": path, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def command(*words: str, on: str = "", **environment: str) -> str:
    """Run `zoo` in a fork of a process that has imported an engine: the one that is named, or that the words name."""
    engine = on or ("jax" if "engine=jax" in words else "tensorflow")
    done = forks(engine).run(*words, cwd=Path.cwd(), check=None, environment={"XLA_FLAGS": QUICK, **environment})
    assert done.status == 0, done.err
    return done.out


def run(task: str, out: Path, rhyme: Path, *more: str) -> None:
    data = [f"data={rhyme}"] if task == "charlm" else small_data(task, out.parent / "data")
    limits = ["train.minutes=0", "train.epochs=0"]
    command("run", f"task={task}", *TASKS[task].split(), *data, *limits, f"out={out}", *more)


def losses(out: Path) -> list[float]:
    lines = (out / "metrics.jsonl").read_text().splitlines()
    return [value for line in map(json.loads, lines) for value in (line["train"]["loss"], line["validation"]["loss"])]


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_one_curve(task: str, tmp_path: Path, rhyme: Path):
    # Each backend draws initial weights of its own, so that all go on from one checkpoint.
    run(task, tmp_path / "first", rhyme, "train.steps=1", "train.evaluate_every=1", "train.schedule=constant")
    for name, device in KINDS.items():
        shutil.copytree(tmp_path / "first", tmp_path / name)
        command("resume", str(tmp_path / name), "train.steps=51", "train.evaluate_every=10", *device)
    curves = {name: np.array(losses(tmp_path / name)) for name in KINDS}
    away = {name: np.max(np.abs(curve / curves["TensorFlow"] - 1)) for name, curve in curves.items()}
    print(f"{task}: " + ", ".join(f"{name} {float(value):.1e}" for name, value in away.items()))
    assert {len(curve) for curve in curves.values()} == {14}
    assert max(away.values()) < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "one", "other"), [*((task, "tensorflow", "jax") for task in TASKS), ("sentiment", "jax", "tensorflow")]
)
def test_what_one_engine_trained_the_other_measures(task: str, one: str, other: str, tmp_path: Path, rhyme: Path):
    run(task, tmp_path / "run", rhyme, "train.steps=3", "train.evaluate_every=3", f"engine={one}", "device.replicas=1")
    words = ["evaluate", str(tmp_path / "run"), "--json"]
    own, others = (json.loads(command(*words, f"engine={engine}"))["metrics"] for engine in (one, other))
    assert own.keys() == others.keys()
    # A text of a model that has hardly learned can turn where two symbols are equally probable to rounding.
    writes = task in ("translation", "captioning")
    for name in ("loss", "accuracy", "perplexity") if writes else own:
        np.testing.assert_allclose(own[name], others[name], rtol=1e-4, atol=1e-6, err_msg=name)
    if task == "sentiment":
        words = ["predict", str(tmp_path / "run"), "I would not call it dull."]
        assert command(*words, f"engine={one}") == command(*words, f"engine={other}") != ""


def test_engines_go_on_with_one_another_s_runs(tmp_path: Path, rhyme: Path):
    fixed = ["train.evaluate_every=2", "train.schedule=constant", "train.average=0.9", "device.replicas=1"]
    # Layers that learn more slowly, and some that are frozen at first: their rates are those of each engine's own step.
    fixed += ["train.layer_decay=0.5", "train.freeze=recurrent", "train.thaw_after=0.2"]
    run("charlm", tmp_path / "one", rhyme, "train.steps=4", "engine=jax", *fixed)
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    texts = [
        command("sample", str(tmp_path / "one"), "length=30", f"engine={engine}") for engine in ("jax", "tensorflow")
    ]
    assert texts[0] == texts[1] and len(texts[0]) > 30
    command("resume", str(tmp_path / "one"), "train.steps=8", on="jax")
    command("resume", str(tmp_path / "other"), "train.steps=8", "engine=tensorflow")
    assert len(losses(tmp_path / "one")) == 8
    np.testing.assert_allclose(losses(tmp_path / "one"), losses(tmp_path / "other"), rtol=1e-4)


IMPORTED = """
import sys, zoo
engine, data, out = sys.argv[1:]
run = zoo.run("charlm", data=data, out=out, engine=engine, train={"steps": 1}, model={"units": 4, "layers": 1})
run.sample(length=2)
print(run.engine.name, *(name for name in ("tensorflow", "jax") if name in sys.modules))
"""


@pytest.mark.parametrize("engine", first(1, ["jax", "tensorflow"]))
def test_an_engine_does_not_import_the_other(engine: str, tmp_path: Path, rhyme: Path):
    assert process("-c", IMPORTED, engine, str(rhyme), str(tmp_path / "run")) == f"{engine} {engine}\n"


def test_a_step_is_one_program_with_one_message_between_devices(tmp_path: Path, rhyme: Path):
    flags = f"--xla_dump_to={tmp_path / 'dump'} --xla_dump_hlo_as_text"
    words = [f"task=charlm {TASKS['charlm']} data={rhyme} out={tmp_path / 'run'} train.steps=2"]
    device = ["engine=jax", "device=cpu", "device.replicas=8", "model.dropout=0.3", "train.average=0.9"]
    empty = str(tmp_path / "cache")  # where nothing is kept that was compiled before
    command("run", *" ".join(words).split(), *device, XLA_FLAGS=flags, ZOO_CACHE=empty)
    programs = [program.read_text() for program in (tmp_path / "dump").glob("*jit_*after_optimizations.txt")]
    # Of what is compiled, the training step alone takes the optimiser's count and gives it back.
    (text,) = [program for program in programs if "may-alias" in program.split("entry_computation_layout")[0]]
    assert len(re.findall(r" = \S+ all-reduce(?:-start)?\(", text)) == 1
    for other in (
        "all-gather",
        "all-to-all",
        "collective-permute",
        "reduce-scatter",
        "infeed",
        "outfeed",
        "send",
        "recv",
    ):
        assert not re.search(rf" {other}(-start)?\(", text), other
    assert "callback" not in text
    # Donated buffers: what is assigned takes the place of what was there.
    weights = 3  # of the decoder, at least
    assert text.split("entry_computation_layout")[0].count("may-alias") > weights


def test_a_keras_that_is_there_settles_the_engine(tmp_path: Path, rhyme: Path):
    with pytest.raises(UsageError, match="engine=jax: Keras was already imported with tensorflow in this process"):
        zoo.run("charlm", data=str(rhyme), engine="jax", out=str(tmp_path / "run"))
    with pytest.raises(UsageError, match="device=tpu needs engine=jax"):
        zoo.run("charlm", data=str(rhyme), device="tpu", out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


# The import of TensorFlow itself is left out: only the choice is asked for.
ALONE = """
import os, sys
from zoo.training.engines import engine_choice
engine_choice._import_tensorflow = lambda: None
if "none" in sys.argv:
    engine_choice.find_spec = lambda name: None
if "tpu" in sys.argv:
    engine_choice.find_spec, engine_choice.TPU_DEVICE_FILES = (lambda name: True), (sys.executable,)
    os.environ.pop("KERAS_BACKEND", None)
try:
    print(engine_choice.choose_engine(*sys.argv[1].split(","), strict="weak" not in sys.argv))
except Exception as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("asked", "more", "told", "answer"),
    [
        ("jax", "", "", "jax"),
        ("auto", "", "", "tensorflow"),
        ("auto", "", "jax", "jax"),
        ("tensorflow", "", "jax", "tensorflow"),
        ("tensorflow", "weak", "jax", "jax"),
        ("jax", "none weak", "", "tensorflow"),
        ("jax", "none", "", "JAX is not installed; pip install 'seqzoo[jax]'"),
        ("auto,tpu", "", "", "jax"),
        ("auto", "tpu", "", "jax"),
        ("tensorflow,tpu", "", "", "device=tpu needs engine=jax"),
        ("jx", "", "", "unknown engine 'jx'; did you mean 'jax'?"),
        ("auto", "", "torch", "KERAS_BACKEND=torch: the zoo trains with tensorflow or jax"),
    ],
)
def test_the_engine_that_is_chosen(asked: str, more: str, told: str, answer: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KERAS_BACKEND", told)
    assert answer in process("-c", ALONE, asked, *more.split())


@pytest.mark.parametrize(
    ("names", "values", "found"),
    [
        (KERAS_VARIABLES, ("10.0.0.1:1234,10.0.0.2:2345", "2", "1"), Cluster(2, 1, "10.0.0.1:1234")),
        (KERAS_VARIABLES, ("10.0.0.1", "4", "0"), Cluster(4, 0, "10.0.0.1:8476")),
        (KERAS_VARIABLES, ("10.0.0.1", "4", "4"), "there is no process 4; there are 4"),
        (KERAS_VARIABLES, ("10.0.0.1", "4", "x"), "are not numbers"),
        (TPU_VARIABLES, ("t-0,t-1,t-2", "2"), Cluster(3, 2, "t-0:8476")),
        (
            TPU_VARIABLES,
            ("", ""),
            "TF_CONFIG is not set .nor KERAS_DISTRIBUTION_JOB_ADDRESSES, nor TPU_WORKER_HOSTNAMES.",
        ),
    ],
)
def test_which_process_this_is_on_jax(
    names: tuple[str, ...], values: tuple[str, ...], found: Cluster | str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cluster, "choose_engine", lambda **_: "jax")
    for name, value in zip(names, values, strict=True):
        monkeypatch.setenv(name, value)
    if isinstance(found, Cluster):
        assert find_cluster("workers") == found
    else:
        with pytest.raises(UsageError, match=found):
            find_cluster("workers")
