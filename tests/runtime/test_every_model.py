"""Models of every task, cell and attention, and those of plugins, answer in the runtime as on Keras."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoo.runtime
from tests.properties import tried
from tests.search.steppers import plainly
from zoo.codecs.codec import RawValue
from zoo.codecs.fitting import fit_codecs
from zoo.export.bundle_writer import write_bundle
from zoo.export.exported_run import ExportedRun
from zoo.plugins import Plugins
from zoo.settings import override
from zoo.settings.resolve import resolve
from zoo.settings.strategy import OPTIONS
from zoo.topology import Inference
from zoo.training.engines.build_scope import build_scope

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="an export is made by TensorFlow")
slow = pytest.mark.slow

WORDS = ["red", "blue", "green", "tall", "small", "old", "cat", "dog", "bird", "tree", "house", "boat"]
SMALL = {"units": 6, "embedding": 4}


class Model(NamedTuple):
    """An untrained model with random weights, and its bundle."""

    run: ExportedRun
    inference: Inference
    bundle: zoo.runtime.Bundle
    inputs: list[RawValue]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> str:
    draw = np.random.default_rng(0)
    rows = [draw.choice(WORDS, size=draw.integers(1, 6)) for _ in range(60)]
    path = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
    path.write_text("source\ttarget\n" + "".join(f"{' '.join(row)}\t{' '.join(row[::-1])}\n" for row in rows))
    return str(path)


def make(name: str, folder: Path, **settings: object) -> Model:
    """Build a task's model, write it as a bundle, and load that."""
    plugins = Plugins()
    found = plugins.load_task(name)
    task = found(resolve(found.Settings, found.presets, settings, task=name), plugins.load_components())
    splits, codecs = task.splits(), task.codecs()
    fit_codecs(codecs, splits.train)
    with build_scope("float32", 1):
        model = task.model(codecs)
    draw = np.random.default_rng(1)
    for variable in model.trainable_variables:
        variable.assign(variable + draw.normal(size=variable.shape) * 0.3)
    run = ExportedRun(name, task.topology, task.settings, codecs, model, task.components.strategies)
    inputs = task.topology.inputs(splits.train, 4)
    folder.mkdir()
    write_bundle(run, inputs[:2], folder)
    inference = Inference(model, codecs, plainly, strategies=run.strategies)
    return Model(run, inference, zoo.runtime.load(folder), inputs)


def check(model: Model, inputs: list[RawValue], tolerance: float = 1e-4, **search: object) -> None:
    """Compare all that an answer says."""
    settings = override(model.run.settings, {"search": search}, task=model.run.name) if search else model.run.settings
    wanted = model.run.topology.answer(model.inference, inputs, settings)
    found = model.bundle.answer(inputs, **search)
    for ours, theirs in zip(found, wanted, strict=True):
        assert str(ours.value) == str(theirs.value)
        assert ours.score == pytest.approx(theirs.score, abs=tolerance)
        assert ours.details.keys() == theirs.details.keys()
        for name in ("probabilities", "looked_at"):
            if name in theirs.details:
                np.testing.assert_allclose(numbers(ours.details[name]), numbers(theirs.details[name]), atol=tolerance)


def numbers(value: Mapping[object, float] | Iterable[object]) -> np.ndarray:
    if isinstance(value, dict):
        value = [value[name] for name in sorted(value, key=str)]
    return np.array([one[1] if isinstance(one, tuple) else one for one in value], np.float64)


KINDS = [
    {"cell": "lngru", "attention": "coverage"},
    {"cell": "lstm", "attention": "additive", "input_feeding": True, "attend": "after", "layers": 2},
    pytest.param({"cell": "rnn", "attention": "dot"}, marks=slow),
    pytest.param({"cell": "gru", "attention": "none"}, marks=slow),
    pytest.param({"cell": "lnlstm", "attention": "general"}, marks=slow),
    pytest.param({"cell": "ntm", "attention": "concat"}, marks=slow),
    pytest.param({"cell": "ntm_hard", "attention": "additive"}, marks=slow),
    *(
        pytest.param({"cell": "gru", "attention": attention}, marks=slow)
        for attention in ("location", "monotonic", "hard", "sparse")
    ),
    pytest.param({"cell": "gru", "attention": "multihead", "units": 8}, marks=slow),  # of four heads
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind.values())))
def test_translators(kind: dict[str, object], pairs: str, tmp_path: Path):
    if {"ntm", "ntm_hard", "sparse"} & set(kind.values()) and not (find_spec("zoo_memory") and find_spec("zoo_sparse")):
        pytest.skip("needs the plugins zoo-memory and zoo-sparse")
    model = make("translation", tmp_path / "bundle", data=pairs, model={**SMALL, **kind}, search={"length": 6})
    check(model, model.inputs)
    check(model, model.inputs, strategy="greedy")


OTHERS: dict[str, dict[str, object]] = {
    "memory": {"data": {"examples": 40, "longest": 3, "tested": 3}, "model": {"cell": "ntm", "units": 6, "places": 4}},
    "glimpse": {"model": {"units": 8}},
    "reverse": {"examples": 40, "letters": 5, "model": {"units": 6, "attention": "additive"}},
}
PACKAGE = {"memory": "zoo_memory", "glimpse": "zoo_glimpse", "reverse": "zoo_reverse"}


@pytest.mark.parametrize("name", ["reverse", "memory", pytest.param("glimpse", marks=slow)])
def test_tasks_of_plugins(name: str, tmp_path: Path):
    pytest.importorskip(PACKAGE[name])
    model = make(name, tmp_path / "bundle", **OTHERS[name])
    # Where a network looks next depends on what it has seen: the last digits of a place move its window.
    check(model, model.inputs, tolerance=1e-3 if name == "glimpse" else 1e-4)
    program = (
        "import sys, zoo.runtime\n"
        "model = zoo.runtime.load(sys.argv[1])\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'keras', 'tensorflow', 'jax'}))"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "bundle"], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_a_bundle_of_a_plugin_that_is_not_installed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("zoo_memory")
    make("memory", tmp_path / "bundle", **OTHERS["memory"])
    monkeypatch.setattr("zoo.runtime.plugin_task.entry_points", lambda **given: [])
    with pytest.raises(zoo.ZooError, match="needs the code of the task memory"):
        zoo.runtime.load(tmp_path / "bundle")


@pytest.fixture(scope="module")
def translator(pairs: str, tmp_path_factory: pytest.TempPathFactory) -> Model:
    return make(
        "translation",
        tmp_path_factory.mktemp("translator") / "bundle",
        data=pairs,
        text={"least": 12},  # so that there are unknown words
        model=SMALL,
        search={"length": 6},
    )


@st.composite
def options(draw: st.DrawFn) -> dict[str, object]:
    """Settings of `search` that go together."""
    beam, groups = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    found: dict[str, Any] = {
        "strategy": draw(st.sampled_from(["greedy", "sample", "beam"])),
        "beam": beam * groups,
        "groups": groups,
        "n_best": draw(st.integers(1, beam)),
        "length": draw(st.integers(1, 6)),
        "length_penalty": draw(st.sampled_from([0.0, 0.8])),
        "coverage_penalty": draw(st.sampled_from([0.0, 0.3])),
        "temperature": draw(st.sampled_from([0.5, 1.0])),
        "top_k": draw(st.sampled_from([0, 3])),
        "top_p": draw(st.sampled_from([0.0, 0.8])),
        "min_p": draw(st.sampled_from([0.0, 0.1])),
        "typical": draw(st.sampled_from([0.0, 0.9])),
        "repetition_penalty": draw(st.sampled_from([1.0, 1.3])),
        "no_repeat": draw(st.sampled_from([0, 1, 2])),
        "prefix": draw(st.sampled_from(["", "cat"])),
        "copy_unknown": draw(st.booleans()),
        "banned": draw(st.sampled_from([[], ["dog"]])),
        "forced": draw(st.sampled_from([[], ["tree:1"]])),
        "bias": draw(st.sampled_from([[], ["red:2"]])),
    }
    found["min_length"] = draw(st.integers(0, found["length"]))
    others = {name for owner, names in OPTIONS.items() if owner != found["strategy"] for name in names}
    return {name: value for name, value in found.items() if name not in others}


@tried(3)
@given(search=options(), seed=st.integers(0, 99), count=st.integers(1, 4))
def test_every_option_of_a_search(translator: Model, search: dict[str, object], seed: int, count: int):
    inputs = translator.inputs[:count]
    check(translator, inputs, **search)
    settings = override(translator.run.settings, {"search": search}, task="translation")
    seeds = [seed + place for place in range(count)]
    wanted = list(translator.run.topology.stream(translator.inference, inputs, settings, seeds))
    found = list(translator.run.topology.stream(translator.bundle.inference, inputs, settings, seeds))
    for row in range(count):
        texts = ["".join(piece for place, piece in pieces if place == row) for pieces in (found, wanted)]
        assert texts[0] == texts[1]


def test_scores_and_alignments(translator: Model):
    texts = ["cat", "old red boat", "dog dog"]
    inputs, topology, settings = translator.inputs[:3], translator.run.topology, translator.run.settings
    for ours, theirs in zip(
        translator.bundle.score(texts, inputs),
        topology.score(translator.inference, inputs, texts, settings),
        strict=True,
    ):
        np.testing.assert_allclose(ours.tokens, theirs.tokens, atol=1e-5)
    for ours, theirs in zip(
        translator.bundle.align(inputs, texts),
        topology.align(translator.inference, inputs, texts, settings),
        strict=True,
    ):
        assert (ours.written, ours.read) == (theirs.written, theirs.read)
        np.testing.assert_allclose(ours.weights, theirs.weights, atol=1e-5)
