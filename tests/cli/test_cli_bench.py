"""`zoo bench`."""

from __future__ import annotations

import json

import pytest

TINY = ("shapes=4x2x3", "cells=rnn", "dtypes=float32", "kinds=train", "rounds=1", "seconds=0.01", "cores=2")

TINY_SAMPLE = ("searches=sample", "units=4", "rows=2", "characters=3", "rounds=1", "cores=2")
TINY_BEAM = ("searches=beam", "decoder=8", "vocabulary=40", "sentences=6", "places=5", "length=7", "beam=3", "batch=6")

TINY_TRANSLATION = ("units=8", "pieces=20", "rows=2", "length=4", "rounds=1", "seconds=0", "dtypes=float32")


@pytest.fixture
def without_torch(monkeypatch):
    from zoo.bench import layers, search, translation

    for module in (layers, search, translation):
        monkeypatch.setattr(module, "find_spec", lambda name: None)


def test_a_table_without_pytorch(command, without_torch, tmp_path):
    status, out, err = command("bench", "layers", *TINY, "against=torch", f"--out={tmp_path / 'new' / 'table.md'}")
    assert (status, err) == (0, "")
    assert "PyTorch is not installed and takes no part: pip install 'seqzoo[bench]'" in out
    header, _, row = [line.strip("| ").split(" | ") for line in out.splitlines() if line.startswith("|")]
    assert len(header) == len(row)
    cells = dict(zip(header, row, strict=True))
    assert [cells[name] for name in ("step", "cell", "H", "B", "T")] == ["train", "rnn", "4", "2", "3"]
    assert float(cells["ours ms"]) > 0
    assert not [name for name in header if "Keras" in name or "PyTorch" in name]
    assert (tmp_path / "new" / "table.md").read_text() == out


@pytest.mark.slow
def test_searches_without_pytorch(command, without_torch):
    status, out, err = command("bench", "search", *TINY_SAMPLE, "against=torch")
    assert (status, err) == (0, "")
    assert "PyTorch is not installed and takes no part: pip install 'seqzoo[bench]'" in out
    header, _, row = [line.strip("| ").split(" | ") for line in out.splitlines() if line.startswith("|")]
    cells = dict(zip(header, row, strict=True))
    assert [cells[name] for name in ("search", "counted", "H", "B", "length")] == [
        "sample",
        "characters",
        "4",
        "2",
        "3",
    ]
    assert float(cells["ours a second"]) > 0
    assert not [name for name in header if "PyTorch" in name]


def test_our_beam_search_and_that_of_pytorch_find_the_same(command):
    pytest.importorskip("torch")
    status, out, _ = command("bench", "search", *TINY_BEAM, "rounds=1", "cores=1", "against=torch,joeynmt", "--json")
    (row,) = json.loads(out)
    assert status == 0
    assert row["same texts"] == "6 of 6"
    assert row["ours / PyTorch"] > 0
    assert row["ours / JoeyNMT's way"] > 0


def test_json_with_pytorch(command):
    pytest.importorskip("torch")
    status, out, _ = command("bench", "layers", *TINY[:-1], "cores=1", "against=torch", "--json")
    (row,) = json.loads(out)
    assert status == 0
    assert row["PyTorch ms"] > 0
    assert row["our first step s"] > 0
    assert "Keras ms" not in row


@pytest.mark.parametrize("kind", ["feeding", "at-once"])
def test_translation_beside_pytorch(command, kind):
    pytest.importorskip("torch")
    words = (*TINY_TRANSLATION, f"kinds={kind}", "cores=1", "against=torch")
    status, out, _ = command("bench", "translation", *words, "--json")
    (row,) = json.loads(out)
    assert status == 0
    assert [row[name] for name in ("model", "dtype", "U", "V", "B", "T")] == [kind, "float32", 8, 20, 2, 4]
    assert row["ours / PyTorch"] > 0
    assert row["ours tokens/s by CPU"] > 0


@pytest.mark.slow
def test_translation_without_pytorch_beside_keras(command, without_torch):
    words = (*TINY_TRANSLATION, "kinds=feeding", "cores=2", "against=torch,keras")
    status, out, err = command("bench", "translation", *words)
    assert (status, err) == (0, "")
    assert "PyTorch is not installed and takes no part" in out
    assert "ours / Keras" in out
    assert "ours / PyTorch" not in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["layer"], "unknown benchmark 'layer'; did you mean 'layers'?"),
        (["layers", "shape=1"], "unknown setting 'shape' of zoo bench layers; did you mean 'shapes'?"),
        (["layers", "shapes=128x50"], "shapes: '128x50' is not HxBxT, as in 128x50x50"),
        (["search", "search=beam"], "unknown setting 'search' of zoo bench search; did you mean 'searches'?"),
        (["layers", "cells=lst"], "cells: expected"),
        (["layers", "shapes=8x3x4", "cores=2"], "3 rows cannot be shared out to 2 cores"),
        (["translation", "units=7"], "units=7 is odd"),
        (["translation", "rows=1", "cores=2"], "1 rows are too few for 2 cores"),
    ],
)
def test_wrong_words(command, words, message):
    status, out, err = command("bench", *words)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_contender_that_dies_is_named_with_its_last_words():
    from zoo.bench.turns import Contender
    from zoo.errors import ZooError

    with pytest.raises(ZooError, match=r"json\.tool ended with 1: .*[Ee]xpect"), Contender("json.tool", ["/dev/null"]):
        pass


def test_help_imports_no_framework(zoo):
    done = zoo("bench", check=0)
    for line in ("Recurrent layers, compared with", "Training a translation model, compared with"):
        assert f"{line}" in done.stdout
