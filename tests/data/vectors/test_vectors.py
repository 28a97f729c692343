"""Word vectors of every format are found by word; damaged and hostile files are one line."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.data.vectors.fasttext_file import _hash
from zoo.data.vectors.word_vectors import open_vectors
from zoo.errors import UsageError, ZooError

VECTORS = {"the": [0.25, -1.5, 3.0], "it's": [1.0, 2.0, -3.5], "été": [0.0, 0.5, 1e-3]}


def lines(separator: str = " ", end: str = "\n") -> bytes:
    return "".join(f"{word}{separator}{separator.join(map(str, row))}{end}" for word, row in VECTORS.items()).encode()


def word2vec_binary(end: bytes = b"\n") -> bytes:
    return b"3 3\n" + b"".join(w.encode() + b" " + struct.pack("<3f", *row) + end for w, row in VECTORS.items())


def fasttext(bucket: int = 0, version: int = 12, quantized: bool = False) -> bytes:
    matrix = np.array([*VECTORS.values(), *([[9.0, 9.0, 9.0]] * bucket)], "<f4")
    found = struct.pack("<ii", 793712314, version)
    found += struct.pack("<12id", 3, 5, 5, 1, 5, 1, 1, 2, bucket, 3, 6, 100, 1e-4)
    found += struct.pack("<iiiqq", 3, 3, 0, 30, -1)
    found += b"".join(word.encode() + b"\0" + struct.pack("<qb", 7, 0) for word in VECTORS)
    return found + struct.pack("<?", quantized) + struct.pack("<qq", *matrix.shape) + matrix.tobytes()


FORMATS: dict[str, Callable[[], bytes]] = {
    "glove.txt": lines,
    "glove.txt.gz": lambda: gzip.compress(lines()),
    "windows.txt": lambda: lines(end=" \r\n"),
    "tabs.txt": lambda: lines("\t"),
    "word2vec.txt": lambda: b"3 3\n" + lines(end=" \n"),
    "wiki.vec": lambda: b"3 3\n" + lines(),
    "word2vec.bin": word2vec_binary,
    "google.bin": lambda: word2vec_binary(b""),
    "google.bin.gz": lambda: gzip.compress(word2vec_binary(b"")),
    "fasttext.bin": fasttext,
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_the_same_vectors(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(FORMATS[name]())
    vectors = open_vectors(str(tmp_path / name), {})
    assert vectors.dimension == 3
    assert vectors.first_words(2) == ["the", "it's"]
    found = vectors.find(["été", "the", "nowhere"])
    assert sorted(found) == ["the", "été"]
    for word, vector in found.items():
        assert vector.dtype == np.float32
        np.testing.assert_allclose(vector, VECTORS[word], rtol=1e-6)


def test_an_array_has_its_words_beside_it(tmp_path: Path):
    np.save(tmp_path / "v.npy", np.array(list(VECTORS.values()), np.float16))
    with pytest.raises(ZooError, match=r"needs v\.txt beside it"):
        open_vectors(str(tmp_path / "v.npy"), {})
    (tmp_path / "v.vocab").write_text("\n".join(VECTORS))
    vectors = open_vectors(str(tmp_path / "v.npy"), {})
    np.testing.assert_allclose(vectors.find(["it's"])["it's"], VECTORS["it's"])
    (tmp_path / "v.vocab").write_text("one\ntwo")
    with pytest.raises(ZooError, match="2 words, .* 3 rows"):
        open_vectors(str(tmp_path / "v.npy"), {})


def test_words_with_spaces_are_words(tmp_path: Path):
    (tmp_path / "v.txt").write_text("the 1 2 3\n. . . 4 5 6\nof 7 8 9\n")
    vectors = open_vectors(str(tmp_path / "v.txt"), {})
    assert vectors.first_words(9) == ["the", ". . .", "of"]
    np.testing.assert_array_equal(vectors.find([". . ."])[". . ."], [4, 5, 6])


def test_fasttext_makes_vectors_of_parts_of_words(tmp_path: Path):
    """The hash is that of fastText's own source: the row of an n-gram is the number of words plus its hash."""
    assert _hash("") == 2166136261 and _hash("a") == 0xE40C292C and _hash("é") != _hash("e")
    (tmp_path / "v.bin").write_bytes(fasttext(bucket=5))
    vectors = open_vectors(str(tmp_path / "v.bin"), {})
    np.testing.assert_allclose(vectors.find(["unseen"])["unseen"], [9, 9, 9])
    parts = len(["<th", "the", "he>", "<the", "the>", "<the>"])
    expected = (np.array(VECTORS["the"]) + 9 * parts) / (parts + 1)
    np.testing.assert_allclose(vectors.find(["the"])["the"], expected, rtol=1e-6)


HOSTILE = {
    "empty": (b"", "no word vectors"),
    "one word": (b"the\n", "no word vectors"),
    "prose": (b"It was the best of times.\nIt was the worst.\n", "no word vectors"),
    "short line": (b"the 1 2 3\nof 1 2\n", ":2: 2 numbers after the word; expected 3"),
    "long line": (b"the 1 2 3\nof 1 2 3 4\n", ":2: 4 numbers after the word; expected 3"),
    "not a number": (b"the 1 2 3\nof 1 2 x\n", "numbers after the word|not a number"),
    "NaN": (b"the 1 2 3\nof nan 2 3\n", ":2: the vector of 'of' has a value that is not finite"),
    "infinite": (b"the 1 2 3\nof 1e99 2 3\n", "not finite"),
    "too few": (b"9 3\nthe 1 2 3\nof 1 2 3\n", "2 of the 9 words"),
    "no dimension": (b"9 0\nthe\n", "9 words of 0 numbers"),
    "huge dimension": (b"9 999999999999\nthe 1 2\n", "expected word vectors"),
    "endless line": (b"the 1 2 3\n" + b"x" * 100_000, "a line of more than"),
    "endless first line": (b"x" * (1 << 21), "no word vectors"),
    "cut binary": (word2vec_binary()[:-7], "cut off: it has 2 of the 3 words"),
    "endless binary word": (b"9 3\n" + b"\xff" * 9000, "a word of more than"),
    "rubbish": (bytes(range(256)) * 64, "no word vectors|numbers"),
    "cut fastText": (fasttext()[:90], "not a whole model|damaged"),
    "cut matrix": (fasttext()[:-4], "damaged or cut off"),
    "old fastText": (fasttext(version=11), "format 11"),
    "quantized": (fasttext(quantized=True), "quantized"),
    "gzip": (gzip.compress(lines())[:-12], "cannot be read|ended|damaged"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_one_line_that_names_it(tmp_path: Path, case: str):
    content, message = HOSTILE[case]
    path = tmp_path / ("v.txt.gz" if case == "gzip" else "v.txt")
    path.write_bytes(content)
    with pytest.raises(ZooError, match=message) as caught:
        open_vectors(str(path), {}).find(["of", "nowhere"])
    assert path.name in str(caught.value) and "\n" not in str(caught.value)


@given(st.binary(max_size=300), st.sampled_from(["v.txt", "v.bin", "v.gz", "v.npy"]))
@settings(deadline=None, max_examples=60)
def test_any_bytes_are_vectors_or_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str):
    folder = tmp_path_factory.mktemp("vectors")
    (folder / name).write_bytes(content)
    (folder / "v.words").write_text("a\nb\n")
    try:
        found = open_vectors(str(folder / name), {}).find(["a", "the"])
    except ZooError as error:
        assert name.partition(".")[0] in str(error)
    else:
        assert all(np.isfinite(vector).all() for vector in found.values())


def test_a_name_that_is_nearly_right_is_told():
    with pytest.raises(UsageError, match="text.vectors=glov: no such file; did you mean 'glove'"):
        open_vectors("glov", {"glove": lambda: None})  # type: ignore[arg-type, return-value]
