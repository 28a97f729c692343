"""Documents: UTF-8 piece by piece, whatever the size of the pieces."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.codecs.document import Document
from zoo.errors import ZooError

POEM = "Ḁ naïve 猫 sat 🐈‍⬛\r\non the мат\r\n\r\nيوم جديد\tनमस्ते\n"


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 64, 1 << 20])
def test_characters_are_never_split(tmp_path: Path, size: int) -> None:
    path = tmp_path / "poem.txt"
    path.write_bytes(b"\xef\xbb\xbf" + POEM.encode())
    pieces = list(Document.of_file(path).chunks(size))
    assert all(pieces)
    assert "".join(pieces) == POEM.replace("\r\n", "\n")


@tried(100)
@given(st.text(), st.integers(1, 9))
def test_only_carriage_returns_before_a_newline_are_lost(text: str, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "text.txt")
        path.write_bytes(text.encode())
        expected = text.removeprefix("\ufeff").replace("\r\n", "\n")
        assert "".join(Document.of_file(path).chunks(size)) == expected
        assert "".join(Document.of_text(text).chunks(size)) == expected
        assert b"".join(Document.of_file(path).byte_chunks(size)) == text.encode()


def test_a_lone_carriage_return_is_kept() -> None:
    assert list(Document.of_text("a\rb\r").chunks(2)) == ["a", "\rb", "\r"]


def test_a_part_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "abc.txt"
    path.write_bytes("aéb".encode())
    part = Document("abc.txt", path, 1, 3)
    assert part.read() == "é"
    assert part.size == 2
    assert list(part.byte_chunks(1)) == [b"\xc3", b"\xa9"]


def test_a_mark_inside_a_file_is_text(tmp_path: Path) -> None:
    path = tmp_path / "marks.txt"
    path.write_bytes("\ufeffab\ufeffc".encode())
    assert Document.of_file(path).read() == "ab\ufeffc"
    assert Document("marks.txt", path, 5).read() == "\ufeffc"


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    ("content", "position", "value"),
    [
        (b"fine \xff", 5, "ff"),
        (b"\xef\xbb\xbfabc\xe9t\xe9", 6, "e9"),
        (b"cut off \xf0\x9f\x90", 8, "f0"),
        ("é".encode() * 700 + b"\xa9", 1400, "a9"),
    ],
)
def test_invalid_utf8_is_one_line_with_its_place(
    tmp_path: Path, size: int, content: bytes, position: int, value: str
) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes(content)
    with pytest.raises(ZooError) as caught:
        list(Document.of_file(path).chunks(size))
    expected = f"book.txt: byte {position} is not valid UTF-8 (0x{value}); data.encoding=latin-1 or another"
    assert str(caught.value).startswith(expected)


def test_utf16_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "notepad.txt"
    path.write_bytes("\ufeffhello".encode("utf-16-le"))
    with pytest.raises(ZooError, match=r"it looks like UTF-16: data.encoding=utf-16 reads it"):
        list(Document.of_file(path).chunks())


def test_the_place_in_a_part_counts_from_the_beginning_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes(b"0123456789\xfe")
    with pytest.raises(ZooError, match="byte 10 is not valid"):
        list(Document("book.txt", path, 4).chunks(2))


def test_surrogates_are_refused() -> None:
    with pytest.raises(ZooError, match=r"greeting: character 2 is a lone surrogate \(U\+D83D\)"):
        list(Document.of_text("hi\ud83d", "greeting").chunks())


def test_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"xxhelloyy")
    assert Document("a.txt", path, 2, 7).fingerprint() == Document.of_text("hello").fingerprint()
    assert Document.of_text("hello").fingerprint().startswith("5-")
    assert Document.of_text("hallo").fingerprint() != Document.of_text("hello").fingerprint()


def test_a_file_that_vanished_or_shrank(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    with pytest.raises(ZooError, match=r"a\.txt: the file lost 4 bytes"):
        list(Document("a.txt", path, 2, 9).chunks())
    path.unlink()
    with pytest.raises(ZooError, match=r"a\.txt: cannot be read"):
        list(Document.of_file(path).chunks())
