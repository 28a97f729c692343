"""Files that unpack to more than anyone has room for, are locked, or lie about what they hold."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.codecs import transcode
from zoo.data import read_documents, read_features, read_labelled_texts
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


def packed(content: bytes, kind: str) -> bytes:
    """Content in a container whose checksums are right."""
    if kind == "gz":
        return gzip.compress(content)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("features.npy", content)
    return buffer.getvalue()


def content_of(kind: str) -> bytes:
    if kind == "gz":
        return b"text,label\n" + b"a film,good\nanother,bad\n" * 5
    buffer = io.BytesIO()
    np.save(buffer, np.ones((4, 3), np.float32))
    return buffer.getvalue()


@tried(80)
@given(
    kind=st.sampled_from(["gz", "npz"]),
    inside=st.booleans(),
    flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), max_size=6),
    cut=st.integers(0, 400),
)
def test_damage_inside_and_outside_of_packed_files(
    tmp_path_factory: pytest.TempPathFactory, kind: str, inside: bool, flips: list[tuple[int, int]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("packed") / ("a.csv.gz" if kind == "gz" else "a.npz")
    data = bytearray(content_of(kind) if inside else packed(content_of(kind), kind))
    for place, change in flips:
        data[place % len(data)] ^= change
    data = data[: len(data) - cut % len(data)]
    path.write_bytes(packed(bytes(data), kind) if inside else data)
    try:
        splits = read_labelled_texts(str(path)) if kind == "gz" else read_features(path)
        for part in (splits.train, splits.validation, splits.test):
            list(part)
    except ZooError as error:
        assert path.name in str(error) and "\n" not in str(error)


def test_a_packed_text_is_read_as_the_plain_one(tmp_path: Path) -> None:
    text = "".join(f"line {number} of a text, naïve as it is\n" for number in range(200))
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(text.encode()))
    plain, unpacked = (read_documents(tmp_path / name, 0.1, 0.1) for name in ("a.txt", "b.txt.gz"))
    for one, other in zip(plain.items(), unpacked.items(), strict=True):
        found = [
            "".join(piece for example in split for piece in example["target"].chunks()) for _, split in (one, other)
        ]
        assert found[0] == found[1] != ""
