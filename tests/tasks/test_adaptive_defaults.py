"""Each task chooses by users' data what they have not set; the run records it, and whatever they set stays."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import zoo
from zoo.plugins import Plugins
from zoo.runs.adaptation import adapt
from zoo.settings import AdaptiveDefaults, from_yaml, resolve

LETTERS = "abcdefghijklmnop"


def word(draw: random.Random) -> str:
    return "".join(draw.choices(LETTERS, k=draw.randint(2, 9)))


def sentences(count: int, new_words: bool, draw: random.Random) -> list[str]:
    """Sentences of 3 to 12 words, from all words or from twenty."""
    known = [word(draw) for _ in range(20)]
    return [
        " ".join(word(draw) if new_words else draw.choice(known) for _ in range(draw.randint(3, 12)))
        for _ in range(count)
    ]


def pairs(path: Path, count: int, new_words: bool = True) -> Path:
    draw = random.Random(0)
    rows = zip(sentences(count, new_words, draw), sentences(count, new_words, draw), strict=True)
    path.write_text("source\ttarget\n" + "".join(f"{source}\t{target}\n" for source, target in rows))
    return path


def chosen(task: str, *arguments: str) -> AdaptiveDefaults:
    found = Plugins().load_task(task)
    settings = resolve(found.Settings, found.presets, list(arguments), task=task)
    instance = found(settings)
    defaults = adapt(instance, instance.splits(), list(arguments))
    defaults.resolved(task)  # all of it is allowed
    return defaults


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("adaptive")


def test_open_vocabularies_get_pieces_and_closed_ones_words(folder: Path) -> None:
    opened = chosen("translation", f"data={pairs(folder / 'open.tsv', 1200)}").settings
    closed = chosen("translation", f"data={pairs(folder / 'closed.tsv', 1200, new_words=False)}").settings
    assert (opened.text.unit, closed.text.unit) == ("piece", "word")
    assert 300 < opened.text.vocabulary <= 1000 and closed.text.vocabulary == 0
    assert opened.model.tied and opened.model.embedding == opened.model.units


def test_more_pairs_get_a_larger_model_and_fewer_epochs(folder: Path) -> None:
    few = chosen("translation", f"data={pairs(folder / 'few.tsv', 300)}").settings
    more = chosen("translation", f"data={pairs(folder / 'more.tsv', 4000)}").settings
    assert few.model.units < more.model.units and few.train.epochs > more.train.epochs
    assert few.batch.size <= more.batch.size and few.text.vocabulary <= more.text.vocabulary
    assert few.train.patience and more.train.patience and not few.train.minutes


def test_a_width_of_the_users_is_respected_and_the_rest_follows(folder: Path) -> None:
    path = pairs(folder / "widths.tsv", 400)
    follows = chosen("translation", f"data={path}", "model.units=24").settings.model
    assert (follows.units, follows.embedding, follows.tied) == (24, 24, True)
    untied = chosen("translation", f"data={path}", "model.units=24", "model.embedding=10").settings.model
    assert (untied.units, untied.embedding, untied.tied) == (24, 10, False)
    by_word = chosen("translation", f"data={path}", "text.unit=word").settings.text
    assert (by_word.unit, by_word.vocabulary) == ("word", 0)


def test_few_minutes_get_a_smaller_model() -> None:
    from zoo_tasks.translation.defaults import SIZES, UNITS_IN_MINUTES

    assert UNITS_IN_MINUTES[0][1] < max(size.units for _, size in SIZES)


@pytest.mark.parametrize("task", ["translation", "sentiment", "charlm", "captioning", "frames"])
def test_the_own_data_and_presets_keep_their_settings(task: str) -> None:
    found = Plugins().load_task(task)
    for arguments in ([], [f"data={found.Settings().data.source}"], ["data=missing.tsv", "preset=tiny"]):
        settings = resolve(found.Settings, found.presets, arguments, task=task)
        assert adapt(found(settings), zoo_splits(), arguments).choices == []


def zoo_splits():
    from zoo.data import Splits

    return Splits([])


def test_long_texts_are_not_cut(folder: Path) -> None:
    draw = random.Random(1)
    path = folder / "long.csv"
    path.write_text("text,label\n" + "".join(f"{' '.join(sentences(100, True, draw))},{n % 2}\n" for n in range(60)))
    settings = chosen("sentiment", f"data={path}").settings
    assert settings.batch.length >= 600 and settings.model.pooling == "max" and settings.train.patience


def test_text_gets_a_model_by_its_size_and_minutes(folder: Path) -> None:
    path = folder / "book.txt"
    path.write_text("It was a dark and stormy night.\n" * 20_000)  # 640 kB
    settings = chosen("charlm", f"data={path}").settings
    assert (settings.model.layers, settings.model.units, settings.train.epochs) == (2, 320, 10)
    quick = chosen("charlm", f"data={path}", "train.minutes=3").settings
    assert (quick.model.layers, quick.model.units, quick.train.minutes) == (1, 256, 3)
    short = folder / "note.txt"
    short.write_text("It was a dark and stormy night.\n" * 100)
    assert chosen("charlm", f"data={short}").settings.batch.size < 5


@pytest.mark.parametrize(("side", "wanted"), [(20, 16), (70, 64), (200, 96)])
def test_images_keep_what_can_be_seen(side: int, wanted: int, folder: Path) -> None:
    place = folder / f"images{side}"
    place.mkdir()
    for number in range(6):
        Image.new("RGB", (side + 9, side), (number * 20, 0, 0)).save(place / f"{number}.png")
    mention = "on the left" if side == 70 else "alone"
    rows = "".join(f"{number}.png,a dog runs {mention}\n" for number in range(6))
    (place / "captions.csv").write_text("image,caption\n" + rows)
    settings = chosen("captioning", f"data={place}").settings
    assert (settings.picture.height, settings.picture.width) == (wanted, wanted)
    assert settings.picture.flip is (side != 70)


@pytest.mark.parametrize("apart", [True, False])
def test_recordings_that_lie_apart_are_scaled_one_by_one(apart: bool, folder: Path) -> None:
    place, draw = folder / f"recordings{apart}", np.random.default_rng(0)
    place.mkdir()
    for number in range(8):
        features = draw.normal(size=(40, 3)) + (10 * number if apart else 0)
        np.savez(place / f"{number}.npz", features=features, labels=np.array(["still", "moves"] * 20))
    settings = chosen("frames", f"data={place}").settings
    assert settings.vectors.scale == ("sequence" if apart else "training")
    assert chosen("frames", f"data={place}", "model.causal=true").settings.vectors.scale == "training"


def test_a_run_records_what_was_chosen_and_later_commands_choose_nothing(folder: Path) -> None:
    path = pairs(folder / "run.tsv", 300)
    small = {"model": {"units": 8}, "train": {"steps": 2}, "device": {"kind": "cpu", "replicas": 1}}
    run = zoo.run("translation", data=str(path), out=str(folder / "run"), **small)
    assert run.settings.text.unit == "piece" and run.settings.model.embedding == 8
    kept = from_yaml(type(run.settings), run.folder.read_settings(), "settings.yaml")
    assert kept == run.settings and kept.train.steps == 2 and kept.train.patience == 0
    assert run.folder.manifest().reasons["model.dropout"] == f"{len(run.splits.train)} pairs"
    path.write_text(path.read_text() + "one more\tline\n")
    assert zoo.load(run.folder.path).settings == kept
