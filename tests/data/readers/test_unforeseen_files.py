"""Files as they lie about: other encodings, clutter beside them, tables that pandas wrote, names that are ambiguous."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.properties import DEFAULT, tried
from zoo.codecs import ImageCodec, LabelCodec
from zoo.codecs.label import canonical_label
from zoo.codecs.transcode import wide_encoding
from zoo.data import read_captions, read_class_folders, read_documents, read_features, read_labelled_texts, read_pairs
from zoo.data.readers.inputs import read_text_inputs
from zoo.errors import ZooError

ROWS = [(f"film number {number}", ("good", "bad")[number % 2]) for number in range(30)]


def written(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def table(rows: list[tuple[str, str]] = ROWS, header: str = "text,label") -> str:
    return "\n".join([header, *map(",".join, rows)]) + "\n"


def read(source: str, **options: Any) -> list[tuple[str, str]]:
    splits = read_labelled_texts(source, **options)
    return sorted((str(one["source"]), str(one["target"])) for _, part in splits.items() for one in part)


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8)


@tried(DEFAULT)
@given(
    st.lists(st.tuples(WORDS, st.sampled_from(["good", "bad"])), min_size=8, max_size=12),
    st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]),
    st.booleans(),
)
def test_a_wide_encoding_is_named_and_then_read(rows: list[tuple[str, str]], encoding: str, as_text: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = table(rows, "text of a film,label of it")
        path = written(Path(folder), "a.txt" if as_text else "a.csv", plain.encode(encoding))
        columns = {"source": ("text of a film",), "target": ("label of it",)}
        if as_text:
            with pytest.raises(ZooError, match="data.encoding=(.*) reads it") as caught:
                ["".join(one["target"].chunks()) for _, part in read_documents(path).items() for one in part]
        else:
            with pytest.raises(ZooError, match="data.encoding=(.*) reads it") as caught:
                read(path, columns=columns)
        named = str(caught.value).rpartition("data.encoding=")[2].removesuffix(" reads it")
        assert [one.value for one in read_text_inputs(path, columns)] == [text for text, _ in rows]
        if not as_text:
            assert len(read(path, columns=columns, encoding=named)) == len(rows)


@tried(DEFAULT)
@given(st.text(max_size=300))
def test_no_text_of_utf8_is_taken_for_another(text: str) -> None:
    assert "\0" in text or not wide_encoding(text.encode("utf-8", "ignore"))


CLUTTER = ["Thumbs.db", "desktop.ini", ".DS_Store", ".ipynb_checkpoints/0-checkpoint.csv", "__MACOSX/good/._1.txt"]


@pytest.mark.parametrize("name", CLUTTER)
def test_what_systems_leave_behind_is_no_data(name: str, tmp_path: Path) -> None:
    for label in ("good", "bad"):
        for number in range(5):
            written(tmp_path, f"texts/{label}/{number}.txt", f"a {label} film {number}")
        written(tmp_path, f"texts/{label}/{name}", b"\xff\0")
    written(tmp_path, f"texts/{name}", b"\xff\0")
    splits = read_class_folders(tmp_path / "texts")
    assert sum(len(part) for _, part in splits.items()) == 10
    for number in range(6):
        written(tmp_path, f"walks/{number}.csv", "x,label\n" + "".join(f"{t},{'ab'[t % 2]}\n" for t in range(4)))
    written(tmp_path, f"walks/{name}", b"\xff\0")
    assert sum(len(part) for _, part in read_features(tmp_path / "walks").items()) == 6
    written(tmp_path, "books/a.txt", "a text\n" * 20)
    written(tmp_path, f"books/{name}", b"\xff\0")
    assert sum(len(part) for _, part in read_documents(str(tmp_path / "books")).items()) >= 1
    assert [one.place for one in read_text_inputs(tmp_path / "books")] == ["a.txt"]


def test_reviews_without_a_label_are_no_class(tmp_path: Path) -> None:
    for split in ("train", "test"):
        for label in ("neg", "pos", *(["unsup"] if split == "train" else [])):
            for number in range(4):
                written(tmp_path, f"{split}/{label}/{number}.txt", f"a {label} film {number}")
    splits = read_class_folders(tmp_path)
    assert {one["target"] for _, part in splits.items() for one in part} == {"neg", "pos"}
    assert "unsup" in splits.notes[0]


def test_tables_of_pandas_and_json_in_any_file(tmp_path: Path) -> None:
    columns = {"text": {str(n): text for n, (text, _) in enumerate(ROWS)}}
    columns["label"] = {str(n): label for n, (_, label) in enumerate(ROWS)}
    by_column = json.dumps(columns)
    lines = "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in ROWS)
    for name, content in (
        ("a.json", by_column),
        ("b.jsonl", lines),
        ("c.txt", lines),
        ("e.csv", lines),
        ("f", lines),
        ("d.txt", "\n\ufeff" + lines),
    ):
        path = written(tmp_path, name, content.replace("\n\ufeff", "\n"))
        assert read(path) == sorted(ROWS), name
        if name != "f":
            assert [one.value for one in read_text_inputs(path)] == [text for text, _ in ROWS]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", table(header="text,text"), "line 1: several columns are called 'text'"),
        (
            "a.csv",
            "text,label,Label\n" + "a b,x,y\n" * 9,
            "several columns are called 'label', which is read as target",
        ),
        ("a.jsonl", '{"text": "a", "label": ["x", "y"]}\n' * 9, "line 1: target is an array, but text was expected"),
        ("a.jsonl", '{"text": "a", "label": NaN}\n' * 9, "line 1: target is NaN, but text was expected"),
        ("a.csv", table().replace("film", "caf\xe9").encode("latin-1"), "data.encoding=latin-1 or another"),
        ("a.xlsx", b"PK\3\4" + bytes(99), "a.xlsx: a ZIP archive or a spreadsheet"),
        ("a.parquet", b"PAR1" + bytes(99), "a.parquet: a Parquet file, not a text; data=hf:parquet,files=PATH"),
        ("a.csv", b"\x1f\x8b" + bytes(99), "packed by gzip; give it a name that ends in .gz"),
        ("a.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a Git LFS pointer"),
        ("a.csv", "text,label,split\n" + "a b,x,train\n" * 250 + "a b,y,holdout\n", "line 252: the split 'holdout'"),
    ],
)
def test_what_is_ambiguous_or_no_data_is_refused(name: str, content: str | bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=said):
        read(written(tmp_path, name, content))


@tried(DEFAULT // 2)
@given(st.lists(st.integers(0, len(ROWS)), min_size=1, max_size=4), st.sampled_from(["a.csv", "a.data", "a", "a.txt"]))
def test_column_names_are_no_rows_wherever_they_stand(places: list[int], name: str) -> None:
    rows = list(ROWS)
    for place in sorted(places, reverse=True):
        rows.insert(place, ("text", "label"))
    with tempfile.TemporaryDirectory() as folder:
        splits = read_labelled_texts(written(Path(folder), name, table(rows)))
        assert {one["target"] for _, part in splits.items() for one in part} == {"good", "bad"}
        count = "1 row" if len(places) == 1 else f"{len(places)} rows"
        assert splits.notes == (f"{name}: left out {count} that repeat the column names",)


def test_one_column_is_not_source_and_target(tmp_path: Path) -> None:
    columns = {"source": ("text",), "target": ("text",)}
    for path in (written(tmp_path, "a.csv", table()), written(tmp_path, "a.jsonl", '{"text": "a", "label": "b"}\n')):
        with pytest.raises(ZooError, match="source and target are the same column, 'text'"):
            read(path, columns=columns)


def test_a_column_of_splits_with_other_words_is_said(tmp_path: Path) -> None:
    rows = [(text, f"{label},{('train', 'holdout')[n % 2]}") for n, (text, label) in enumerate(ROWS)]
    path = written(tmp_path, "a.csv", table(rows, "text,label,split"))
    assert "the column 'split' is not used: it holds 'holdout'" in read_labelled_texts(path).notes[0]
    rows = [(text, f"{label},{(' Train', 'TEST ', 'dev')[n % 3]}") for n, (text, label) in enumerate(ROWS)]
    splits = read_labelled_texts(written(tmp_path, "b.csv", table(rows, "text,label,split")))
    assert [len(part) for _, part in splits.items()] == [10, 10, 10]


@tried(DEFAULT)
@given(st.integers(-999, 999), st.sampled_from(["{}", "{}.0", "{:.2f}", "{:.18e}", " {} "]))
def test_a_number_is_one_class_however_it_was_saved(number: int, form: str) -> None:
    assert canonical_label(form.format(number)) == canonical_label(np.int64(number)) == str(number)
    assert canonical_label(form.format(number).encode()) == str(number)


def test_labels_in_doubt_are_said() -> None:
    assert canonical_label("e\u0301") == canonical_label("\xe9")
    for labels, said in ((["1", "01"], "are the same number"), (["NaN", "1"], "looks like a missing value")):
        with pytest.warns(UserWarning, match=said):
            LabelCodec().fit(labels * 3)


def test_labels_of_bytes_are_text(tmp_path: Path) -> None:
    for number in range(6):
        labels = np.array([b"up", "gr\xfcn".encode(), b"up"])
        np.savez(tmp_path / f"{number}.npz", features=np.ones((3, 2)), labels=labels)
    splits = read_features(tmp_path)
    assert {label for _, part in splits.items() for one in part for label in one["target"]} == {"up", "gr\xfcn"}


def test_a_column_of_sequences_is_said(tmp_path: Path) -> None:
    numbers = "".join(f"{s},{t},{'ab'[t % 2]}\n" for s in range(8) for t in range(3))
    path = written(tmp_path, "long.csv", "recording,x,label\n" + numbers)
    assert "data.sequence=recording divides the file" in read_features(path).notes[0]
    with pytest.raises(ZooError, match="x1.*data.sequence=Seq divides the file"):
        read_features(written(tmp_path, "texts.csv", "Seq,x,label\nx1,1,a\nx2,2,b\n"))


def test_images_are_found_or_nearly(tmp_path: Path) -> None:
    for number in range(4):
        Image.new("RGB", (4, 4)).save(tmp_path / f"{number}.png")
    for name in ("0.PNG", "0"):
        path = written(tmp_path, "captions.csv", f"image,caption\n{name},a boat\n")
        with pytest.raises(ZooError, match=r"did you mean '0\.png'"):
            read_captions(path)
    (tmp_path / "captions.csv").unlink()
    written(tmp_path, "a.csv", "image,caption\n0.png,a boat\n")
    written(tmp_path, "b.csv", "image,caption\n0.png,a boat\n")
    with pytest.raises(ZooError, match=r"several tables: a\.csv, b\.csv"):
        read_captions(tmp_path)


def test_an_image_that_is_a_program_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a.eps", "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(a) (w) file\n")
    with pytest.raises(ZooError, match="EPS holds a program"):
        ImageCodec(4, 4).encode(path)


def test_pairs_with_a_duplicate_name_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "source,target,target\n" + "a b,c d,e f\n" * 5)
    with pytest.raises(ZooError, match="several columns are called 'target'"):
        read_pairs(path)
