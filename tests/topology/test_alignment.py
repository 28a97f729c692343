"""Where a model looked, as people and programs see it."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

import zoo
from zoo.topology import Alignment


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> zoo.Run:
    folder = tmp_path_factory.mktemp("copy")
    draw = random.Random(0)
    lines = [" ".join(draw.choices("abcdef", k=draw.randint(2, 6))) for _ in range(100)]
    (folder / "pairs.tsv").write_text("".join(f"{line}\t{line.upper()}\n" for line in lines), encoding="utf-8")
    return zoo.run(
        "translation",
        data=str(folder / "pairs.tsv"),
        model={"units": 8, "embedding": 8, "dropout": 0.0},
        batch={"size": 32},
        train={"steps": 2},
        out=str(folder / "run"),
    )


def test_each_symbol_has_looked_at_the_places_of_its_own_source_only(run: zoo.Run) -> None:
    sources, texts = ["a b c", "f e d c b a", "a"], ["A B", "F E D C B A", "A"]
    together = run.align(sources, texts)
    assert [alignment.read for alignment in together] == [tuple(source.split()) for source in sources]
    assert together[0].written == ("A", "B", "∎")
    for source, text, alignment in zip(sources, texts, together, strict=True):
        assert alignment.weights.shape == (len(text.split()) + 1, len(source.split()))
        np.testing.assert_allclose(alignment.weights.sum(axis=1), 1.0, atol=1e-5)
        np.testing.assert_allclose(alignment.weights, run.align([source], [text])[0].weights, atol=1e-5)


def test_the_command_line_draws_it_and_writes_it_as_json(run: zoo.Run, capfd, monkeypatch) -> None:
    from zoo import tensorflow_messages
    from zoo.cli import main

    monkeypatch.setattr(tensorflow_messages, "silence", lambda: None)
    assert main(["predict", str(run.folder.path), "a b", "--alignment"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[1].strip() == "1 a  2 b"
    assert lines[2].split() == ["1", "2"]
    assert lines[-1].strip().startswith("∎")
    assert main(["predict", str(run.folder.path), "a b", "--alignment", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["alignment"]["read"] == ["a", "b"]
    assert np.shape(told["alignment"]["weights"]) == (len(told["alignment"]["written"]), 2)


def test_a_grid_is_drawn_beside_each_word() -> None:
    weights = np.array([[[0.0, 0.0, 0.8], [0.2, 0.0, 0.0]], [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]])
    drawn = ["dog |    ██|", "    |░░    |", "  ∎ |████  |", "    |      |"]
    assert Alignment(("dog", "∎"), (), weights).lines() == drawn


def test_what_looks_at_nothing_says_so(run: zoo.Run) -> None:
    model = run.task.settings.model
    assert model.attention == "additive"
    language = zoo.topology.LanguageModel()
    with pytest.raises(zoo.ZooError, match="does not look at its input"):
        language.align(run.inference, ["a"], ["b"], run.settings)
