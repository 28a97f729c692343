"""Users' files, folders and globs, and how they are split."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.codecs.document import Document
from zoo.data.named.stdlib import python_stdlib
from zoo.data.readers.text_files import read_documents
from zoo.data.splitting.documents import cut_document
from zoo.data.splitting.splits import Splits
from zoo.errors import UsageError, ZooError


def texts(splits: Splits) -> list[list[str]]:
    return [[example["target"].read() for example in part] for _, part in splits.items()]


def test_one_file_is_cut_at_line_ends(tmp_path: Path) -> None:
    lines = [f"line {number} of the book\n" for number in range(1000)]
    (tmp_path / "book.txt").write_text("".join(lines))
    (train,), (validation,), (test,) = texts(read_documents(tmp_path / "book.txt"))
    assert train + validation + test == "".join(lines)
    assert train.endswith("\n") and validation.endswith("\n")
    assert len(train) == pytest.approx(0.9 * len("".join(lines)), rel=0.01)
    assert len(test) == pytest.approx(len(validation), rel=0.1)


def test_without_a_test_share_there_is_no_test(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("a line\n" * 500)
    splits = read_documents(tmp_path / "book.txt", validation=0.1, test=0)
    assert len(splits.train) == len(splits.validation) == 1
    assert len(splits.test) == 0
    assert len(read_documents(tmp_path / "book.txt", validation=0, test=0).validation) == 0


def test_text_without_line_ends_is_cut_between_characters(tmp_path: Path) -> None:
    text = "🐈猫é" * 999
    (tmp_path / "cats.txt").write_text(text, encoding="utf-8")
    (train,), (validation,), (test,) = texts(read_documents(tmp_path / "cats.txt", 0.013, 0.031))
    assert train + validation + test == text


@tried(100)
@given(st.binary(max_size=300), st.floats(0, 0.49), st.floats(0, 0.49))
def test_any_bytes_are_cut_without_loss(content: bytes, validation: float, test: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bytes")
        path.write_bytes(content)
        parts = cut_document(Document.of_file(path), validation, test)
        assert b"".join(b"".join(part.byte_chunks()) for part in parts) == content
        assert parts[1].size == 0 or validation > 0
        assert parts[2].size == 0 or test > 0


def test_a_small_folder_is_cut_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "b.txt").write_text("b\n" * 400)
    (tmp_path / "deep" / "er" / "a.txt").write_text("a\n" * 400)
    splits = read_documents(tmp_path, 0.1, 0.1)
    assert [example["target"].name for example in splits.train] == ["b.txt", "deep/er/a.txt"]
    assert texts(splits)[1] == ["b\n" * 40, "a\n" * 40]


def test_a_large_folder_holds_out_whole_files(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"{number}.txt").write_text(f"text number {number}\n" * 9)
    splits = read_documents(tmp_path, 0.1, 0.1)
    names = [{example["target"].name for example in part} for _, part in splits.items()]
    assert sum(len(part) for part in names) == 200 == len(set.union(*names))
    assert all(10 <= len(part) <= 35 for part in names[1:])
    (tmp_path / "new.txt").write_text("another one")
    again = [{example["target"].name for example in part} for _, part in read_documents(tmp_path, 0.1, 0.1).items()]
    assert all(before <= after for before, after in zip(names, again, strict=True))


def test_one_giant_among_small_files_is_cut_instead(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.txt").write_text("small\n" * 10)
    (tmp_path / "giant.txt").write_text("giant\n" * 100_000)
    splits = read_documents(tmp_path, 0.1, 0.1)
    sizes = [sum(example["target"].size for example in part) for _, part in splits.items()]
    assert sizes[1] / sum(sizes) == pytest.approx(0.1, abs=0.02)


def test_hidden_binary_and_empty_files_are_skipped_and_counted(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("good\n" * 100)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "empty.txt").touch()
    (tmp_path / ".hidden").write_text("hidden")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("hidden")
    os.mkfifo(tmp_path / "pipe")
    splits = read_documents(tmp_path)
    assert [example["target"].name for example in splits.train] == ["good.txt"]
    assert splits.notes == ("skipped 1 hidden file", "skipped 1 binary file", "skipped 1 empty file")


def test_files_that_are_not_utf8_can_be_skipped(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("good\n" * 100)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\n" * 100)
    with pytest.raises(ZooError, match=r"latin\.txt: byte 3 is not valid UTF-8"):
        texts(read_documents(tmp_path))
    splits = read_documents(tmp_path, on_error="skip")
    assert [example["target"].name for example in splits.train] == ["good.txt"]
    assert splits.notes == ("skipped 1 not UTF-8 file",)


def test_a_glob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").mkdir()
    for name in ("a.py", "x/b.py", "c.txt"):
        (tmp_path / name).write_text("print()\n" * 50)
    splits = read_documents(f"{tmp_path}/**/*.py")
    assert [example["target"].name for example in splits.train] == ["a.py", "x/b.py"]
    monkeypatch.chdir(tmp_path)
    assert [example["target"].name for example in read_documents("**/*.py").train] == ["a.py", "x/b.py"]
    assert [example["target"].name for example in read_documents("[ac].*").train] == ["a.py", "c.txt"]
    with pytest.raises(ZooError, match=r"\*\.rs: no file matches"):
        read_documents(f"{tmp_path}/*.rs")


def test_a_name_with_brackets_is_a_file_first(tmp_path: Path) -> None:
    (tmp_path / "book [1].txt").write_text("text\n" * 50)
    assert len(read_documents(tmp_path / "book [1].txt").train) == 1


def test_windows_text_in_another_script(tmp_path: Path) -> None:
    text = "Съешь ещё этих мягких французских булок\r\n" * 50
    (tmp_path / "pangram.txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    (train,), (validation,), (test,) = texts(read_documents(tmp_path / "pangram.txt"))
    assert train + validation + test == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("boook.txt", "boook.txt: no such file or folder; did you mean '{folder}/book.txt'?"),
        ("zzz", "zzz: no such file or folder"),
        ("none/book.txt", "none/book.txt: no such file or folder; the folder {folder}/none does not exist"),
        ("stdlb", "stdlb: no such file or folder; did you mean 'stdlib'?"),
        ("empty.txt", "empty.txt: the file is empty; a text of at least a few thousand characters is needed"),
        ("pipe", "pipe: not a regular file; save the text to a file first"),
        ("folder", "folder: no readable text files"),
        ("pictures", "pictures: no readable text files (2 binary files)"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "book.txt").write_text("book")
    (tmp_path / "empty.txt").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"\0")
    (tmp_path / "pictures" / "b.png").write_bytes(b"\0")
    with pytest.raises(ZooError) as caught:
        read_documents(tmp_path / source, names=["stdlib"])
    assert str(caught.value) == f"{tmp_path}/{message.format(folder=tmp_path)}"
    assert "\n" not in str(caught.value)


def test_shares_that_leave_nothing(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("book")
    with pytest.raises(UsageError, match=r"data\.validation=0\.6 and data\.test=0\.4"):
        read_documents(tmp_path / "book.txt", 0.6, 0.4)


def test_the_standard_library() -> None:
    splits = python_stdlib()
    sizes = [sum(example["target"].size for example in part) for _, part in splits.items()]
    assert 3e6 < sum(sizes) < 7e6
    assert all(0.03 < size / sum(sizes) < 0.08 for size in sizes[1:])
    names = [{example["target"].name for example in part} for _, part in splits.items()]
    assert sum(map(len, names)) == len(set.union(*names)) > 100
    assert "struct.py" in names[1] | names[2]
    assert not any(name.startswith("_sysconfigdata") for part in names for name in part)
    for part in texts(splits):
        assert all(part)
