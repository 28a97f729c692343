"""A run from Python: train, look, load, sample, evaluate."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import pytest

import zoo
from tests.conftest import RHYME, TINY
from tests.settings_by_part import SettingsByPart
from zoo.errors import UsageError, ZooError


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> zoo.Run:
    """A tiny run that no test alters."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    return zoo.run("charlm", data=str(folder / "rhyme.txt"), out=str(folder / "run"), **TINY)


def test_a_run_learns_a_rhyme_and_goes_on_with_it(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    tiny["model"] = {"units": 64, "layers": 2, "cell": "gru", "dropout": 0.1}
    tiny["train"] = {"steps": 160, "evaluate_every": 80, "learning_rate": 2e-2, "schedule": "cosine"}
    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), **tiny)
    assert run.metrics[-1]["train"]["nats"] < 0.2
    assert run.sample("three four", length=20, temperature=0) == ", knock at the door;"


def test_the_folder_holds_all_that_is_needed_elsewhere(run: zoo.Run, tmp_path: Path):
    moved = Path(shutil.copytree(run.folder.path, tmp_path / "moved"))
    loaded = zoo.load(moved)
    assert loaded.sample("one", length=30, seed=5) == run.sample("one", length=30, seed=5)
    assert {entry.name for entry in moved.iterdir()} == {
        "run.json",
        "settings.yaml",
        "codecs",
        "weights",
        "checkpoint.safetensors",
        "metrics.jsonl",
        "samples",
    }


def test_metrics_are_json_lines_with_nats_bits_and_perplexity(run: zoo.Run):
    lines = [json.loads(line) for line in run.folder.metrics.read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 4]
    validation = lines[-1]["validation"]
    assert validation["bits"] == pytest.approx(validation["nats"] / math.log(2))
    assert validation["perplexity"] == pytest.approx(math.exp(validation["loss"]))


def test_an_untrained_model_knows_how_frequent_each_character_is(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "r"), **tiny | {"train": {"steps": 1}})
    text = rhyme.read_text()
    shares = [text.count(character) / len(text) for character in set(text)]
    entropy = -sum(share * math.log(share) for share in shares)
    assert run.metrics[0]["train"]["loss"] == pytest.approx(entropy, rel=0.05)


def test_each_evaluation_keeps_a_sample(run: zoo.Run):
    assert sorted(path.name for path in run.folder.samples.iterdir()) == ["00000002.txt", "00000004.txt"]


def test_sampling_is_fixed_by_its_seed_and_not_by_its_company(run: zoo.Run):
    alone = [run.sample("one", length=25, seed=seed) for seed in (3, 4, 5)]
    assert alone == run.sample("one", length=25, seed=3, count=3)
    assert len(set(alone)) == 3
    assert all(len(text) == 25 for text in alone)


def test_a_stream_gives_the_text_in_pieces(run: zoo.Run):
    pieces: list[tuple[int, str]] = []
    texts = run.sample("t", length=200, seed=1, count=2, stream=lambda row, piece: pieces.append((row, piece)))
    assert len(pieces) > 4
    assert ["".join(piece for row, piece in pieces if row == index) for index in (0, 1)] == texts


def test_lengths_and_primes_compile_nothing_anew(run: zoo.Run):
    for length in (5, 50):
        run.sample("o", length=length)
    before = run.inference.generator.traces
    for prime, length in [("", 1), ("one two", 64), ("x" * 300, 100), ("seven", 65)]:
        assert len(run.sample(prime, length=length)) == length
    assert run.inference.generator.traces == before


def test_evaluation_measures_the_split_that_was_asked_for(run: zoo.Run):
    test = run.evaluate("test")
    assert test["loss"] > 0
    assert run.evaluate("validation") == pytest.approx(run.metrics[-1]["validation"], rel=1e-5)
    with pytest.raises(UsageError, match="unknown split 'testt'"):
        run.evaluate("testt")


def test_the_best_weights_are_those_that_are_loaded(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    # A learning rate that ruins the model after its first step: the best weights are those of the first evaluation.
    tiny["train"] = {"steps": 6, "evaluate_every": 1, "learning_rate": 3.0, "optimizer": "sgd", "clip": 0}
    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), **tiny)
    best = min(record["validation"]["nats"] for record in run.metrics)
    assert zoo.load(run.folder.path).evaluate("validation")["nats"] == pytest.approx(best, rel=1e-5)


def test_a_loss_that_is_no_number_stops_and_keeps_the_checkpoint(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    from zoo.training.checkpoint import load_checkpoint

    class Spoil(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
            if batch == 3:
                variable = self.model.trainable_variables[0]
                variable.assign(np.full(variable.shape, np.nan))

    with pytest.raises(ZooError, match=r"step 4: the loss is nan.*the checkpoint of step 2 is intact"):
        zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), callbacks=[Spoil()], **tiny)
    arrays, state = load_checkpoint(tmp_path / "run" / "checkpoint.safetensors")
    assert state["step"] == 2
    assert all(np.isfinite(value).all() for value in arrays.values())


def test_bits_of_bytes_and_pieces_are_bits_of_characters(tmp_path: Path, tiny: SettingsByPart):
    text = tmp_path / "text"
    text.write_text("äöü ß €\n" * 600, encoding="utf-8")
    run = zoo.run("charlm", data=str(text), out=str(tmp_path / "run"), text={"unit": "byte"}, **tiny)
    train = run.metrics[-1]["train"]
    bytes_per_character = len("äöü ß €\n".encode()) / 8
    assert train["nats"] == pytest.approx(train["loss"] * bytes_per_character, rel=1e-3)


def test_state_is_forgotten_at_document_borders_if_asked(tmp_path: Path, tiny: SettingsByPart):
    folder = tmp_path / "texts"
    folder.mkdir()
    for index in range(30):
        (folder / f"{index}.txt").write_text("abc " * (40 + index))
    run = zoo.run("charlm", data={"source": str(folder), "reset": True}, out=str(tmp_path / "run"), **tiny)
    assert run.metrics[-1]["padding"] > 0


def test_a_folder_that_holds_a_run_is_not_overwritten(run: zoo.Run, rhyme: Path, tiny: SettingsByPart):
    with pytest.raises(UsageError, match="already contains a run"):
        zoo.run("charlm", data=str(rhyme), out=str(run.folder.path), **tiny)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    mine = tmp_path / "mine" / "codecs" / "precious.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "mine"), **tiny)
    assert mine.read_text() == "mine"


def test_a_training_without_an_end_is_refused_before_it_leaves_anything(tmp_path: Path, rhyme: Path):
    with pytest.raises(UsageError, match="this training would never end"):
        zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), train={"epochs": 0})
    assert not (tmp_path / "run").exists()


def test_resume_refuses_other_data(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), **tiny)
    rhyme.write_text(rhyme.read_text() + "eleven twelve\n")
    with pytest.raises(ZooError, match="differs from what .* was trained on"):
        zoo.load(run.folder.path).resume(train={"steps": 6})


def test_early_stopping_ends_a_training_that_makes_no_progress(tmp_path: Path, rhyme: Path, tiny: SettingsByPart):
    tiny["train"] = {"patience": 2, "evaluate_every": 1, "learning_rate": 0.0}
    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), **tiny)
    assert run.reason == "no progress in 2 evaluations"
    assert run.metrics[-1]["step"] == 3


def test_every_setting_of_the_search_can_be_given_for_one_text(run: zoo.Run):
    best = run.sample("one", beam=3, length=12)
    assert best == run.sample("one", strategy="beam", beam=3, length=12, seed=9)
    assert run.sample("one", temperature=0, length=9) == run.sample("one", strategy="greedy", length=9)
    assert "e" not in run.sample("one", banned="e", length=60)
    forced = run.sample("one", prefix="two", forced=["x:0", r"\s:1"], length=9)
    assert forced.startswith("twox ") and len(forced) == 3 + 9
    text = run.sample("one", no_repeat=2, length=30)
    pairs = [first + second for first, second in zip("one" + text, ("one" + text)[1:], strict=False)]
    assert len(pairs) == len(set(pairs))
    assert run.predict(["one"], beam=3, length=12) == [best]


def test_scores_of_texts_are_what_the_beam_found(run: zoo.Run):
    (answer,) = run.topology.answer(run.inference, ["one"], run._searching({"beam": 3, "n_best": 2, "length": 8}))
    alternative, score = answer.details["alternatives"][0]
    scores = run.score([answer.value, alternative], ["one", "one"])
    assert [one.total for one in scores] == pytest.approx([answer.score, score], rel=1e-4)
    assert len(scores[0].tokens) == 8
    assert run.score(["one two"])[0].perplexity > 1


def test_what_the_search_cannot_do_is_one_sentence(run: zoo.Run):
    for words, sentence in [
        ({"strategy": "bean"}, "unknown strategy 'bean'; did you mean 'beam'? (known: beam, greedy, sample"),
        ({"beam": 2, "n_best": 3}, "search.n_best=3: a beam of 2 has at most 2 answers"),
        ({"min_length": 9, "length": 3}, "search.min_length=9 and search.length=3 contradict each other"),
        ({"banned": "one"}, "search.banned: 'one' is 3 tokens for this model; expected one"),
        ({"forced": "x"}, "search.forced: 'x': expected TOKEN:POSITION"),
        ({"bias": "x:much"}, "search.bias: 'x:much': expected TOKEN:NUMBER"),
        ({"banned": "x", "forced": "x:1"}, "search.banned and search.forced contradict each other: both name 'x'"),
        ({"length": 0}, "search.length: expected a whole number, at least 1, not '0'"),
    ]:
        with pytest.raises(UsageError) as caught:
            run.sample("one", **words)
        assert str(caught.value).startswith(sentence)


def test_characters_that_the_model_never_saw_are_said_and_never_written(run: zoo.Run):
    with pytest.warns(UserWarning, match="the model has never seen 'ß', '€'; it reads the unknown token instead"):
        text = run.sample("oneß€ß", length=50, temperature=5.0)
    assert "\ufffd" not in text
