"""A run that starts from word vectors: the embedding's size, rows and coverage, words that only the vectors have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.small_data import reviews, sentences
from zoo.errors import UsageError

ROWS = {"film": [1.0, 2.0, 3.0], "good": [0.5, 0.5, 0.5], "i": [-1.0, 0.0, 1.0], "splendid": [4.0, 4.0, 4.0]}
STILL = {"steps": 1, "evaluate_every": 1, "learning_rate": 0.0}


@pytest.fixture
def vectors(tmp_path: Path) -> str:
    rows = [f"{word} {' '.join(map(str, row))}" for word, row in ROWS.items()]
    (tmp_path / "vectors.txt").write_text("\n".join([*rows, "it's 9 9 9", "don't 8 8 8"]) + "\n")
    return str(tmp_path / "vectors.txt")


def test_the_embedding_starts_from_the_vectors(tmp_path: Path, vectors: str):
    run = zoo.run(
        "sentiment", data=reviews(tmp_path), out=str(tmp_path / "run"), text={"vectors": vectors}, train=STILL
    )
    codec, rows = run.codecs["source"], np.array(run.model.encoder.embeddings)
    assert run.settings.model.embedding == 3
    for word in ROWS:
        np.testing.assert_allclose(rows[codec.encode(word)[0]], ROWS[word])
    assert codec.encode("splendid")[0] != codec.unknown_id, "a word that only the vectors have"
    assert "don't" not in codec.tokens("don't"), "a word that the codec cuts in two is not added"
    assert rows[codec.encode("the")[0]].std() > 0


def test_vectors_can_stay_as_they_are_and_resume_so(tmp_path: Path, vectors: str):
    text = {"vectors": vectors, "train_vectors": False, "extra_words": 0}
    train: dict[str, object] = {"steps": 2, "evaluate_every": 1, "learning_rate": 0.1, "schedule": "constant"}
    run = zoo.run("sentiment", data=reviews(tmp_path), out=str(tmp_path / "run"), text=text, train=train)
    codec = run.codecs["source"]
    assert codec.encode("splendid")[0] == codec.unknown_id
    np.testing.assert_array_equal(np.array(run.model.encoder.embeddings)[codec.encode("film")[0]], ROWS["film"])
    again = zoo.load(run.folder.path).resume(train={"steps": 4})
    np.testing.assert_array_equal(np.array(again.model.encoder.embeddings)[codec.encode("film")[0]], ROWS["film"])


def test_a_translator_reads_with_them(tmp_path: Path):
    (tmp_path / "v.txt").write_text("one 1 2 3\ntwo 4 5 6\nun 7 8 9\n")
    run = zoo.run(
        "translation",
        data=sentences(tmp_path),
        out=str(tmp_path / "run"),
        preset="tiny",
        text={"vectors": str(tmp_path / "v.txt")},
        train=STILL,
    )
    source = run.codecs["source"]
    np.testing.assert_allclose(np.array(run.model.encoder.embeddings)[source.encode("two")[0]], [4, 5, 6])


def test_the_log_has_the_coverage_and_mistakes_are_one_line(
    tmp_path: Path, vectors: str, command: Callable[..., tuple[int, str, str]]
):
    data = reviews(tmp_path)
    tiny = ["run", "task=sentiment", f"data={data}", "train.steps=1", f"out={tmp_path / 'run'}"]
    status, _, shown = command(*tiny, f"text.vectors={vectors}")
    assert status == 0 and "words have a vector" in " ".join(shown.split())
    (tmp_path / "other.txt").write_text("xyzzy 1 2 3\nplugh 1 2 3\n")
    cases = {
        "text.vectors=nowhere.txt": "no such file",
        f"text.vectors={tmp_path / 'other.txt'}": "none of the words of this text",
        f"text.vectors={vectors} text.unit=character": "needs text.unit=word",
        f"text.vectors={vectors} model.embedding=64": "vectors of 3 numbers, but model.embedding=64",
    }
    tiny[-1] = f"out={tmp_path / 'bad'}"
    for arguments, message in cases.items():
        status, _, error = command(*tiny, *arguments.split())
        assert status in (1, 2) and message in error and error.count("\n") == 1, error
        assert not (tmp_path / "bad").exists()


def test_vectors_are_for_models_with_an_embedding(tmp_path: Path, vectors: str):
    with pytest.raises(UsageError, match=r"text\.vectors"):
        zoo.run("charlm", data=reviews(tmp_path), out=str(tmp_path / "run"), text={"vectors": vectors})
