"""Whatever the library below a reader raises, the user gets one line that names the file."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zoo.data import read_features, read_labelled_texts, read_pairs
from zoo.data.readers.npz import read_npz
from zoo.errors import ZooError

OF_PYTHON: list[Any] = [
    OSError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    RuntimeError,
    NotImplementedError,
    MemoryError,
]
OF_PACKERS: list[Any] = [zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, zipfile.LargeZipFile]

CASES: dict[str, tuple[Callable[[str], Any], str, list[Any]]] = {
    "reviews.csv.gz": (read_labelled_texts, "gzip.GzipFile.read", [OSError, EOFError, *OF_PACKERS[:2], MemoryError]),
    "pairs.jsonl": (read_pairs, "json.loads", [ValueError, RecursionError, MemoryError]),
    "pairs.json": (read_pairs, "json.loads", [ValueError, RecursionError, MemoryError]),
    "reviews.csv": (read_labelled_texts, "csv.reader", [csv.Error, MemoryError]),
    "walk.npz": (read_features, "zipfile.ZipFile.__init__", [*OF_PYTHON, *OF_PACKERS, struct.error]),
    "run.npz": (read_features, "zipfile.ZipExtFile.read", [*OF_PYTHON, *OF_PACKERS, struct.error]),
    "any.npz": (lambda path: read_npz(Path(path)), "numpy.lib.format.read_array", [*OF_PYTHON, SyntaxError]),
}
CONTENT = {
    "reviews.csv.gz": gzip.compress(b"text,label\na b,good\nc d,bad\n"),
    "pairs.jsonl": b'{"source": "a", "target": "b"}\n',
    "pairs.json": b'[{"source": "a", "target": "b"}]',
    "reviews.csv": b'text,label\n"a, b",good\nc d,bad\n',
}


@pytest.mark.parametrize(("name", "error"), [(name, error) for name, case in CASES.items() for error in case[2]])
def test_one_line_with_the_name(
    name: str, error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    if name.endswith(".npz"):
        np.savez_compressed(path, features=np.zeros((2, 2)), labels=["a", "b"])
    else:
        path.write_bytes(CONTENT[name])
    read, function, _ = CASES[name]

    def fail(*arguments: object, **more: object) -> None:
        raise error("what\na library says")

    monkeypatch.setattr(function, fail)
    with pytest.raises(ZooError) as caught:
        read(str(path))
    assert name in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["gz", "npz"])
def test_a_right_checksum_around_wrong_content(kind: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).bytes(200)
    if kind == "gz":
        (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"\x00\xff" + noise))
        with pytest.raises(ZooError, match=r"a\.csv\.gz"):
            read_labelled_texts(str(tmp_path / "a.csv.gz"))
        return
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(tmp_path / "a.npz", "w", compression) as archive:
            archive.writestr("features.npy", bz2.compress(noise))
        with pytest.raises(ZooError, match=r"a\.npz: "):
            read_npz(tmp_path / "a.npz")
    (tmp_path / "b.json").write_text(json.dumps([[1, 2], "text", None]))
    with pytest.raises(ZooError, match=r"b\.json"):
        read_pairs(str(tmp_path / "b.json"))
