"""Files that unpack to more than anyone has room for, are locked, or lie about what they hold."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from zoo.codecs import transcode
from zoo.data import read_labelled_texts
from zoo.data.readers.npz import read_npz
from zoo.errors import ZooError


def test_a_gzip_file_that_unpacks_to_far_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcode, "_PACKED_AT_LEAST", 1 << 21)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"\n" * (1 << 24)))
    with pytest.raises(ZooError, match=r"a\.csv\.gz: it unpacks to more than [\d,]+ bytes"):
        read_labelled_texts(str(tmp_path / "a.csv.gz"))


def array_file(header: bytes, body: bytes) -> bytes:
    head = header.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + body


@pytest.mark.parametrize("shape", ["(1000000000000,)", "(1,)", "(3, 1000000)", "(0,)", "(-1,)"])
def test_an_array_whose_header_lies(shape: str, tmp_path: Path) -> None:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("features.npy", array_file(header, bytes(12)))
    with pytest.raises(ZooError, match=r"a\.npz: "):
        read_npz(tmp_path / "a.npz")


def test_an_encrypted_archive(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, features=np.zeros((3, 2)))
    data = bytearray(buffer.getvalue())
    central = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[central + 8] |= 1
    (tmp_path / "a.npz").write_bytes(data)
    with pytest.raises(ZooError, match=r"a\.npz: it is encrypted"):
        read_npz(tmp_path / "a.npz")
