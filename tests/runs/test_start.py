"""Runs that start from another run: weights by name, vocabularies token by token, frozen and thawed layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.long_run import first
from tests.runs.conftest import TINY, contents
from tests.settings_by_part import SettingsByPart
from tests.small_data import gestures, reviews, sentences
from zoo.errors import UsageError
from zoo.training.checkpoint import load_checkpoint

STILL = {"train": {"steps": 1, "evaluate_every": 1, "learning_rate": 0.0}}
"""Settings of a training that leaves the initial weights as they are."""
CELL = "decoder/recurrent/lstm/lstm_cell/"
CLASSIFIER = {"batch": {"size": 8}, "train": {"steps": 4, "evaluate_every": 2, "warmup": 0}}


def weights(run: zoo.Run) -> dict[str, np.ndarray]:
    arrays, _ = load_checkpoint(run.folder.last)
    return {name: value for name, value in arrays.items() if "seed" not in name}


def text(folder: Path, content: str) -> str:
    (folder / "new.txt").write_text(content * 60, encoding="utf-8")
    return str(folder / "new.txt")


@pytest.fixture(scope="module")
def embedded(trained: Path) -> Path:
    """The folder of a tiny language model with an embedding and two layers."""
    folder = trained.parent / "embedded"
    settings: SettingsByPart = {**TINY, "model": {"units": 12, "layers": 2, "embedding": 5}}
    zoo.run("charlm", data=str(trained.parent / "rhyme.txt"), out=str(folder), **settings)
    return folder


def test_weights_are_taken_and_the_vocabulary_is_extended(embedded: Path, tmp_path: Path):
    old = zoo.load(embedded)
    run = zoo.run(
        "charlm",
        data=text(tmp_path, "one two, ÜßÜ\n"),
        out=str(tmp_path / "run"),
        batch=TINY["batch"],
        **{"train": {**STILL["train"], "start": old}},
    )
    before, after = weights(old), weights(run)
    known = old.codecs["target"].characters
    assert run.codecs["target"].characters == known + "Üß"
    assert run.settings.model.units == 12 and run.settings.model.layers == 2
    for name in (CELL + "kernel", "decoder/recurrent/lstm_1/lstm_cell/recurrent_kernel"):
        np.testing.assert_array_equal(after[name], before[name])
    rows, old_rows = after["decoder/embedding/embeddings"], before["decoder/embedding/embeddings"]
    np.testing.assert_array_equal(rows[: len(old_rows)], old_rows)
    np.testing.assert_allclose(rows[len(old_rows) :], np.tile(old_rows.mean(axis=0), (2, 1)), rtol=1e-5)
    np.testing.assert_array_equal(after["decoder/logits/kernel"][:, : len(old_rows)], before["decoder/logits/kernel"])
    assert run.folder.manifest().start["decoder/logits/bias"] == f"{len(old_rows)} of {len(old_rows) + 2} tokens taken"
    assert run.folder.manifest().start[CELL + "kernel"] == "taken"


@pytest.mark.parametrize("choice", first(1, ["new", "keep"]))
def test_the_old_vocabulary_or_that_of_the_data_can_be_chosen(trained: Path, tmp_path: Path, choice: str):
    """A one-hot model reads its vocabulary in the kernel of its first layer."""
    old = zoo.load(trained)
    train = {**STILL["train"], "start": str(trained), "start_vocabulary": choice}
    run = zoo.run(
        "charlm", data=text(tmp_path, "ten too, ßß\n"), out=str(tmp_path / "run"), batch=TINY["batch"], train=train
    )
    before, after = weights(old), weights(run)
    if choice == "keep":
        assert run.codecs["target"].characters == old.codecs["target"].characters
        np.testing.assert_array_equal(after[CELL + "kernel"], before[CELL + "kernel"])
        return
    new, known = run.codecs["target"].characters, old.codecs["target"].characters
    assert sorted(new) == sorted(set("ten too, ßß\n"))
    for place, letter in enumerate(new, 1):
        if letter != "ß":
            row = before[CELL + "kernel"][known.index(letter) + 1]
            np.testing.assert_array_equal(after[CELL + "kernel"][place], row)
            column = before["decoder/logits/kernel"][:, known.index(letter) + 1]
            np.testing.assert_array_equal(after["decoder/logits/kernel"][:, place], column)


def test_a_classifier_starts_from_a_language_model(embedded: Path, tmp_path: Path):
    run = zoo.run(
        "sentiment",
        data=reviews(tmp_path),
        out=str(tmp_path / "run"),
        model={"pooling": "concat"},
        **{**CLASSIFIER, "train": {**STILL["train"], "start": str(embedded)}},
    )
    before, after = weights(zoo.load(embedded)), weights(run)
    settings = run.settings
    assert (settings.text.unit, settings.model.layers, settings.model.bidirectional) == ("character", 2, False)
    for layer in ("lstm", "lstm_1"):
        name = f"recurrent/{layer}/lstm_cell/recurrent_kernel"
        np.testing.assert_array_equal(after[f"classifier/encoder/{name}"], before[f"decoder/{name}"])
    old = before["decoder/embedding/embeddings"]
    np.testing.assert_array_equal(after["classifier/encoder/embeddings"][: len(old)], old)
    assert after["classifier/logits/kernel"].shape == (3 * 12, 2)
    assert "no such vocabulary" in run.folder.manifest().start["classifier/logits/kernel"] or (
        run.folder.manifest().start["classifier/logits/kernel"] == "has no counterpart"
    )


def test_a_classifier_starts_from_a_model_of_one_hot_characters(trained: Path, tmp_path: Path):
    run = zoo.run(
        "sentiment",
        data=reviews(tmp_path),
        out=str(tmp_path / "run"),
        **{**CLASSIFIER, "train": {**STILL["train"], "start": str(trained)}},
    )
    size = zoo.load(trained).codecs["target"].size
    rows = weights(run)["classifier/encoder/embeddings"]
    np.testing.assert_array_equal(rows[:size], np.eye(size))


def test_what_does_not_fit_is_listed_and_what_nothing_fits_is_refused(embedded: Path, tmp_path: Path):
    train = {**STILL["train"], "start": str(embedded)}
    data = text(tmp_path, "one two\n")
    run = zoo.run("charlm", data=data, out=str(tmp_path / "run"), batch=TINY["batch"], model={"units": 7}, train=train)
    notes = run.folder.manifest().start
    assert notes["decoder/embedding/embeddings"] == "taken"
    assert "does not fit" in notes[CELL + "recurrent_kernel"]
    assert notes["decoder/recurrent/lstm/lstm_cell/kernel"]
    with pytest.raises(zoo.ZooError, match="none of its weights fits"):
        zoo.run("frames", data=gestures(tmp_path), out=str(tmp_path / "bad"), preset="tiny", train=train)
    assert not (tmp_path / "bad").exists()


def test_a_translator_starts_with_both_vocabularies_and_the_marks_of_a_text(tmp_path: Path):
    data = sentences(tmp_path)
    first = zoo.run("translation", data=data, out=str(tmp_path / "first"), preset="tiny", train={"steps": 1})
    (tmp_path / "more.tsv").write_text("source\ttarget\n" + "six and ten\tsix et dix\nten\tdix\n" * 12)
    train = {**STILL["train"], "start": str(tmp_path / "first"), "start_vocabulary": "new"}
    run = zoo.run(
        "translation", data=str(tmp_path / "more.tsv"), out=str(tmp_path / "run"), batch={"size": 4}, train=train
    )
    before, after = weights(first), weights(run)
    name = "sequence_to_sequence/attending_decoder/vocabulary/bias"
    old, new = first.codecs["target"], run.codecs["target"]
    assert new.size < old.size
    np.testing.assert_array_equal(after[name][-2:], before[name][-2:])
    np.testing.assert_array_equal(after[name][new.encode("et")], before[name][old.encode("et")])
    rows = "sequence_to_sequence/encoder/embeddings"
    six = first.codecs["source"].encode("six"), run.codecs["source"].encode("six")
    np.testing.assert_array_equal(after[rows][six[1]], before[rows][six[0]])


def train(data: str, out: Path, *, train: dict[str, object]) -> zoo.Run:
    return zoo.run("sentiment", data=data, out=str(out), preset="tiny", batch={"size": 8}, train=train)


def test_frozen_parts_stay_and_thaw_after_their_epochs(tmp_path: Path):
    data = reviews(tmp_path)
    base = {"steps": 0, "epochs": 1, "evaluate_every": 0, "average": 0.0}
    still = weights(train(data, tmp_path / "still", train={**base, "learning_rate": 0.0}))
    frozen = weights(train(data, tmp_path / "frozen", train={**base, "freeze": ["encoder"]}))
    later = weights(train(data, tmp_path / "later", train={**base, "freeze": ["encoder"], "thaw_after": 1}))
    parts = {name for name in still if "encoder" in name}
    assert parts and all((still[name] == frozen[name]).all() for name in parts)
    assert not any((still[name] == frozen[name]).all() for name in set(still) - parts)
    for name in still:
        np.testing.assert_allclose(later[name], frozen[name], rtol=1e-4, atol=1e-6)
    thawed = weights(train(data, tmp_path / "thawed", train={**base, "freeze": ["encoder"], "thaw_after": 0.5}))
    assert not any((still[name] == thawed[name]).all() for name in parts)


def test_lower_layers_learn_more_slowly_and_thaw_from_the_top(tmp_path: Path):
    from zoo.models import Classifier, Encoder
    from zoo.settings import TrainSettings
    from zoo.training.layer_rates import LayerRates

    model = Classifier(Encoder(9, units=3, embedding=4, layers=2), 2, "attention")
    model.build()
    names = ["/".join(variable.path.split("/")[1:3]) for variable in model.trainable_variables]
    decayed = LayerRates(model, TrainSettings(layer_decay=0.5)).apply(1.0, 0)
    by_name = dict(zip(names, decayed, strict=True))
    assert by_name["logits/kernel"] == 1 and by_name["pooling/hidden"] == 0.5
    assert sorted({float(rate) for rate in decayed}) == [0.0625, 0.125, 0.25, 0.5, 1.0]
    rates = LayerRates(model, TrainSettings(freeze=["encoder"], thaw_after=2, thaw="gradual"))
    learning = [int((rates.apply(1.0, epoch) > 0).sum()) for epoch in (0, 1.9, 2, 4, 6)]
    assert learning == [5, 5, 11, 17, 18]


GRADUAL = {"freeze": ["recurrent"], "thaw_after": 0.1, "thaw": "gradual", "layer_decay": 0.5}


@pytest.mark.parametrize("extra", first(1, [GRADUAL, {"freeze": ["embedding", "recurrent/lstm"]}]))
def test_resuming_is_exact_and_replicas_change_nothing(embedded: Path, tmp_path: Path, extra: dict[str, object]):
    data = text(tmp_path, "one two, three, four and öne too; ")

    def run(name: str, replicas: int, steps: int) -> zoo.Run:
        train = {"start": str(embedded), "steps": steps, "evaluate_every": 5, "average": 0.9, "schedule": "constant"}
        settings = {"model": {"dropout": 0.3}, "batch": {"size": 4, "length": 8}, "search": {"length": 8}}
        device = {"replicas": replicas}
        return zoo.run("charlm", data=data, out=str(tmp_path / name), device=device, **settings, train=train | extra)

    whole, parts = run("whole", 2, 15), run("parts", 2, 7)
    zoo.load(parts.folder.path).resume(train={"steps": 15})
    expected, _ = load_checkpoint(whole.folder.checkpoint)
    found, _ = load_checkpoint(parts.folder.checkpoint)
    assert expected.keys() == found.keys()
    assert all(expected[name].tobytes() == found[name].tobytes() for name in expected)
    if "thaw_after" not in extra:  # in the long run
        losses = [[record["train"]["loss"] for record in one.metrics] for one in (whole, run("other", 1, 15))]
        np.testing.assert_allclose(*losses, rtol=1e-4)
    start, end = weights(zoo.load(embedded)), weights(whole)
    name = "decoder/recurrent/lstm/lstm_cell/kernel"
    assert (start[name] == end[name]).all() == ("thaw_after" not in extra)


def test_wrong_settings_are_one_line(embedded: Path, tmp_path: Path, command: Callable[..., tuple[int, str, str]]):
    data = reviews(tmp_path)
    tiny = ["run", "task=sentiment", f"data={data}", "preset=tiny", f"out={tmp_path / 'run'}"]
    cases = {
        "train.freeze=encodr": "train.freeze: the model has no part 'encodr'; did you mean 'encoder'?",
        "train.freeze=classifier": "nothing is left to train",
        "train.start=nowhere": "no run 'nowhere'",
        f"train.start={tmp_path}": "not a run",
        "train.layer_decay=2": "from 0 to 1",
    }
    for argument, message in cases.items():
        status, _, error = command(*tiny, argument)
        assert status in (1, 2) and message in error and error.count("\n") == 1, (argument, error)
        assert not (tmp_path / "run").exists()
    before = contents(embedded)
    status, _, error = command("resume", str(embedded), "train.start=charlm", "train.steps=9")
    assert status == 2 and "only for a new run" in error
    status, _, error = command("resume", str(embedded), "train.freeze=recurrent", "train.steps=9")
    assert status == 2 and "keeps its frozen layers" in error
    assert contents(embedded) == before


def test_a_vocabulary_of_another_unit_cannot_be_kept(embedded: Path, tmp_path: Path):
    train = {**STILL["train"], "start": str(embedded), "start_vocabulary": "keep"}
    with pytest.raises(UsageError, match=r"text\.unit"):
        zoo.run("sentiment", data=reviews(tmp_path), out=str(tmp_path / "run"), text={"unit": "word"}, train=train)
