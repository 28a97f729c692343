"""The language model on words, with a sampled softmax, and on lines that are texts of their own."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest
from keras import ops

import zoo
from tests.settings_by_part import SettingsByPart
from zoo.ops.randomness import ExampleRandomness
from zoo.ops.sampled_softmax import draw_by_rank, log_probability_of_rank, sampled_cross_entropy
from zoo.runtime import load

SMALL: SettingsByPart = {"batch": {"size": 8, "length": 16}, "search": {"length": 30}}


def prose(folder: Path) -> str:
    draw = random.Random(0)
    people, places = ["Ann", "Ben", "the cat"], ["home", "away", "to school"]
    lines = [f"{draw.choice(people)} goes {draw.choice(places)}, and {draw.choice(people)} stays." for _ in range(400)]
    (folder / "prose.txt").write_text("\n".join([*lines, "a hapax"]) + "\n")
    return str(folder / "prose.txt")


def test_a_model_of_words_learns_and_writes_words(tmp_path: Path):
    run = zoo.run(
        "charlm",
        data=prose(tmp_path),
        out=str(tmp_path / "run"),
        text={"unit": "word"},
        model={"units": 32, "layers": 1},
        train={"steps": 60, "learning_rate": 0.02, "warmup": 5},
        **SMALL,
    )
    codec = run.codecs["target"]
    assert codec.unknown("hapax goes home") == ["hapax"], "a word that occurs once is not known"
    assert run.settings.model.tied and run.settings.model.embedding == 32
    assert run.metrics[-1]["validation"]["perplexity"] < 6
    text = run.sample(prime="Ann goes", seed=1, temperature=0.0)
    known = set(re.findall(r"\w+", Path(prose(tmp_path)).read_text()))
    assert set(re.findall(r"\w+", text)) <= known and len(text.split()) > 10
    whole, _ = run.score(["Ann goes home, and Ben stays.", "stays. Ben home goes away Ann"])
    assert whole.perplexity < _.perplexity


@pytest.mark.parametrize("replicas", [(2,), pytest.param((1, 2), marks=pytest.mark.slow)])
def test_a_sampled_softmax_learns_and_is_the_same_on_two_replicas(tmp_path: Path, replicas: tuple[int, ...]):
    data, model = prose(tmp_path), {"units": 24, "layers": 1, "sampled": 5, "dropout": 0.0}
    runs = [
        zoo.run(
            "charlm",
            data=data,
            out=str(tmp_path / str(count)),
            text={"unit": "word"},
            model=model,
            device={"replicas": count},
            train={"steps": 40, "evaluate_every": 20, "learning_rate": 0.02, "warmup": 5},
            **SMALL,
        )
        for count in replicas
    ]
    losses = [[record["train"]["loss"] for record in run.metrics] for run in runs]
    np.testing.assert_allclose(losses[0], losses[-1], rtol=1e-4)
    assert runs[0].metrics[-1]["validation"]["perplexity"] < 10


def test_the_sampled_loss_estimates_the_whole_one():
    draw = np.random.default_rng(0)
    hidden, kernel = draw.normal(size=(6, 8)).astype("float32"), draw.normal(size=(50, 8)).astype("float32") * 0.3
    bias, target = draw.normal(size=50).astype("float32"), np.array([0, 3, 7, 20, 49, 1])
    logits = hidden @ kernel.T + bias
    whole = np.log(np.exp(logits).sum(-1)) - logits[np.arange(6), target]
    found = []
    for key in range(200):
        with ExampleRandomness(key, 0):
            found.append(ops.convert_to_numpy(sampled_cross_entropy(hidden, target, kernel, bias, 20)))
    ratio = np.exp(np.array(found) - whole).mean(axis=0)  # of the partition functions: unbiased
    np.testing.assert_allclose(ratio, 1.0, atol=0.12)


def test_tokens_are_drawn_as_probably_as_it_says():
    probabilities = np.exp(ops.convert_to_numpy(log_probability_of_rank(np.arange(30), 30)))
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-4)
    with ExampleRandomness(3, 0):
        drawn = ops.convert_to_numpy(draw_by_rank(20_000, 30))
    np.testing.assert_allclose(np.bincount(drawn, minlength=30) / 20_000, probabilities, atol=0.015)


def test_lines_are_texts_that_end(tmp_path: Path):
    names = ["anna", "hanna", "johanna", "susanna"] * 60
    (tmp_path / "names.txt").write_text("\n\n".join(names) + "\n")
    run = zoo.run(
        "charlm",
        data=str(tmp_path / "names.txt"),
        out=str(tmp_path / "run"),
        text={"document": "line"},
        model={"units": 32, "layers": 1, "dropout": 0.0},
        batch={"size": 8, "length": 10},
        train={"steps": 150, "learning_rate": 0.02, "warmup": 5, "evaluate_every": 150},
        search={"length": 50},
    )
    texts = [run.sample(seed=seed) for seed in range(6)]
    assert all("\n" not in text and len(text) < 20 for text in texts)
    assert len(set(texts) & set(names)) >= 2
    assert run.sample(prime="joh", temperature=0.0) == "anna"
    assert run.predict(["sus"], strategy="greedy") == ["anna"]
    assert run.metrics[-1]["validation"]["perplexity"] < 2
    bundle = load(run.export(tmp_path / "bundle").path)
    assert [bundle.sample(seed=seed) for seed in range(6)] == texts
