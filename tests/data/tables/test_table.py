"""Users' tables: quotes, line ends, empty rows, bad rows, and no memory for the rows."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.long_run import first
from tests.properties import tried
from zoo.data.storage import kept_examples
from zoo.data.storage.rows import Rows
from zoo.data.tables.lines import LONGEST
from zoo.data.tables.open_table import open_table, read_table
from zoo.errors import ZooError

COLUMNS = {"source": ("text", "sentence"), "target": ("label", "sentiment")}


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def read(path: Path, **options: object) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in open_table(path, COLUMNS, **options).rows()]  # type: ignore[arg-type]


def test_csv_as_spreadsheets_write_it(tmp_path: Path) -> None:
    content = '\ufefftext,label\r\n"Well, ""no"".",neg\r\n\r\n,\r\n"on two\r\nlines",pos\r\n'
    content += "  что это ,pos\r\n猫,neg\u2028!\r\n"
    rows = [('Well, "no".', "neg"), ("on two\r\nlines", "pos"), ("что это", "pos"), ("猫", "neg\u2028!")]
    assert read(write(tmp_path, "a.csv", content)) == rows
    assert read(write(tmp_path, "a.csv.gz", gzip.compress(content.encode()))) == rows


def test_other_columns_and_other_order(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "id;Label;SENTENCE\n7;pos;good, really\n")
    assert read(path) == [("good, really", "pos")]
    path = write(tmp_path, "b.csv", "7,pos,good\n8,neg,bad\n")
    numbered = open_table(path, {"source": ("3",), "target": ("2",)}).rows()
    assert list(numbered) == [{"source": "good", "target": "pos"}, {"source": "bad", "target": "neg"}]
    with pytest.raises(ZooError, match=r"b.csv: line 1: no column 4 for source; it has 3"):
        open_table(path, {"source": ("4",), "target": ("2",)})


def test_a_table_without_names(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, "a.tsv", "good\tpos\nbad\tneg\n"), COLUMNS)
    assert [row["source"] for row in table.rows()] == ["good", "bad"]
    assert table.notes == ["a.tsv: line 1: no column names; read column 1 as source, column 2 as target"]
    with pytest.raises(ZooError, match=r"a.csv: line 1: no column 'label' for target; did you mean 'lable'\?"):
        read(write(tmp_path, "a.csv", "text,lable\ngood,pos\n"))
    with pytest.raises(ZooError, match=r"a.csv: line 1: no column 'phrase' for source"):
        open_table(write(tmp_path, "a.csv", "text,label\ngood,pos\n"), {"source": ("phrase",), "target": ("label",)})


def test_quotes_in_tsv_are_taken_as_they_make_sense(tmp_path: Path) -> None:
    content = (
        'text\tlabel\n"Hi," he said.\tpos\n"a\ttab"\tneg\n"never closed\tpos\n"all ""quoted"""\tneg\n"two\nlines"\tx\n'
    )
    rows = [('"Hi," he said.', "pos"), ("a\ttab", "neg"), ('"never closed', "pos"), ('all "quoted"', "neg")]
    assert read(write(tmp_path, "a.tsv", content)) == [*rows, ("two\nlines", "x")]
    plain = write(tmp_path, "b.tsv", 'text\tlabel\n"Hi"\tpos\n')
    assert read(plain, quotes="none") == [('"Hi"', "pos")]


BAD = [
    ("a.csv", b"text,label\nok,a\nshort\nfine,b\n", r"a.csv: line 3: 1 column, but 2 were expected"),
    ("a.csv", b"text,label\nok,a\nlong,er,row\nfine,b\n", r"a.csv: line 3: 3 columns, but 2 were expected"),
    ("a.csv", b"text,label\nok,a\n\nno label,\nfine,b\n", r"a.csv: line 4: target is empty"),
    ("a.csv", b'text,label\nok,a\n"open,b\nfine,b\n', r"a.csv: line 3: the quote that opens here is never closed"),
    ("a.csv", b'text,label\nok,a\n"in "side",b\nfine,b\n', r"a.csv: line 3: a quote inside a quoted field"),
    (
        "a.csv",
        b"text,label\nok,a\nbad \xff,b\nfine,b\n",
        r"a.csv: line 3: byte 5 of the line is not valid UTF-8 \(0xff",
    ),
    ("a.csv", b"text,label\nok,a\n" + b"x" * (LONGEST + 9) + b",b\nfine,b\n", r"a.csv: line 3: longer than 1,048,576"),
    ("a.jsonl", b'{"text":"ok","label":"a"}\n{"text":"x"\n{"text":"fine","label":"b"}', r"line 2: not JSON"),
    ("a.jsonl", b'{"text":"ok","label":"a"}\n[1]\n{"text":"fine","label":"b"}', r"line 2: not a JSON object"),
    ("a.jsonl", b'{"text":"ok","label":"a"}\n{"txt":"x"}\n{"text":"fine","label":"b"}', r"did you mean 'txt'"),
    ("a.jsonl", b'{"text":"ok","label":"a"}\n{"text":null}\n{"text":"fine","label":"b"}', r"source is null"),
    ("a.jsonl", b'{"text":"ok","label":"a"}\n{"text":"\\ud800"}\n{"text":"fine","label":"b"}', r"half a UTF-16 pair"),
    ("a.jsonl", b'{"text":"ok","label":"a"}\n' + b"[" * 99999 + b'\n{"text":"fine","label":"b"}', r"line 2: not JSON"),
]


@pytest.mark.parametrize(("name", "content", "problem"), BAD)
def test_a_bad_row_is_named_or_counted(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises(ZooError, match=problem) as caught:
        open_table(path, COLUMNS)
    assert "data.on_error=skip" in str(caught.value) and "\n" not in str(caught.value)
    table = open_table(path, COLUMNS, on_error="skip")
    assert [tuple(row.values()) for row in table.rows()] == [("ok", "a"), ("fine", "b")]
    assert [note.startswith("skipped 1 example; the first: ") for note in table.notes] == [True]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.csv", b"", r"a.csv: the file is empty"),
        ("a.csv", b"\n\r\n", r"a.csv: the file is empty"),
        ("a.csv", b"text,label\n", r"a.csv: it has no examples"),
        ("a.csv", b"\xff\xfet\0", r"a.csv: it looks like UTF-16: data.encoding=utf-16 reads it"),
        ("a.jsonl", b"\n", r"a.jsonl: it has no examples"),
        ("a.csv.gz", b"no gzip", r"a.csv.gz: cannot be read"),
        ("a.csv.gz", gzip.compress(b"text,label\n" * 999, mtime=0)[:-9], r"a.csv.gz: cannot be read"),
    ],
)
def test_no_table(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    for on_error in ("stop", "skip"):
        with pytest.raises(ZooError, match=problem):
            open_table(write(tmp_path, name, content), COLUMNS, on_error=on_error)
    with pytest.raises(ZooError, match="missing.csv: cannot be read: No such file"):
        open_table(tmp_path / "missing.csv", COLUMNS)


def test_hopeless_files_end_soon(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "text,label\n" + "no columns\n" * 20_000)
    with pytest.raises(ZooError, match=r"10,000 examples cannot be read, only 0 can; the first: a.csv: line 2"):
        open_table(path, COLUMNS, on_error="skip")


FIELDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@tried(100)
@given(st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=20), st.sampled_from([("csv", ","), ("tsv", "\t")]))
def test_what_csv_writes_is_read_again(rows: list[tuple[str, str]], kind: tuple[str, str]) -> None:
    rows = [(a.strip(), b.strip()) for a, b in rows if a.strip() and b.strip()]
    if not rows:
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=kind[1], quoting=csv.QUOTE_ALL)
    writer.writerows([("text", "label"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), f"a.{kind[0]}", text.getvalue())
        table = open_table(path, COLUMNS, quotes="csv").rows()
        assert [tuple(row.values()) for row in table] == rows
        assert [tuple(table[place].values()) for place in range(len(table))] == rows
        lines = "\r\n".join(json.dumps({"label": b, "text": a}) for a, b in rows)
        assert read(write(Path(folder), "a.jsonl", lines)) == rows


TABLE_BYTES = st.lists(
    st.sampled_from(
        [b"a", b'"', b",", b"\t", b"\n", b"\r", b"\0", b"\xc3", b"\xa9", b"{", b'"text":', b'"label":1}', b" "]
    ),
    max_size=40,
).map(b"".join)


@tried(300)
@given(
    st.one_of(st.binary(max_size=200), TABLE_BYTES, TABLE_BYTES.map(lambda data: b"text,label\n" + data)),
    st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.csv.gz"]),
    st.sampled_from(["", "auto", "csv", "none"]),
    st.booleans(),
)
def test_any_bytes_are_rows_or_one_clear_error(content: bytes, name: str, quotes: str, skip: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), name, content)
        try:
            table = open_table(path, COLUMNS, "skip" if skip else "stop", quotes)
        except ZooError as error:
            assert str(error).startswith(name) and "\n" not in str(error)
            return
        rows: Sequence[object] = table.rows()
        assert rows and list(rows) == [rows[place] for place in range(len(rows))]
        for row in table.rows():
            assert all(isinstance(value, (str, list)) and value for value in row.values())


def test_splits_are_by_content_and_the_same_each_time(tmp_path: Path) -> None:
    lines = [f"sentence {number % 900},label" for number in range(1000)]  # the first hundred stand there twice
    path = write(tmp_path, "a.csv", "\n".join(["text,label", *lines]))
    first, again = (read_table(path, COLUMNS, 0.1, 0.2) for _ in range(2))
    parts = [[row["source"] for row in part] for _, part in first.items()]
    assert parts == [[row["source"] for row in part] for _, part in again.items()]
    assert sorted(parts[0] + parts[1] + parts[2]) == sorted(line.split(",")[0] for line in lines)
    assert not set(parts[0]) & set(parts[1]) and not set(parts[0]) & set(parts[2]) and not set(parts[1]) & set(parts[2])
    assert len(parts[1]) == pytest.approx(100, abs=4) and len(parts[2]) == pytest.approx(200, abs=4)
    path.write_text("\n".join(["text,label", "one more,x", *lines[::-1]]))
    moved = {row["source"] for row in read_table(path, COLUMNS, 0.1, 0.2).test} ^ set(parts[2])
    assert len(moved) <= 2, "another row, or another order, must not move the rest"
    assert [len(part) for _, part in read_table(path, COLUMNS, 0, 0).items()] == [1001, 0, 0]


def test_few_rows_are_split_too(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "text,label\n" + "".join(f"text {number},x\n" for number in range(4)))
    assert [len(part) for _, part in read_table(path, COLUMNS, 0.05, 0.05).items()] == [2, 1, 1]


@pytest.mark.parametrize("kept", first(1, [2_000_000, 0, kept_examples.LIMIT]))
def test_rows_are_a_sequence_and_take_bounded_memory(
    kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_examples, "LIMIT", kept)
    path = tmp_path / "large.tsv"
    with path.open("w") as stream:
        stream.write("text\tlabel\n")
        stream.writelines(f"{'a long sentence ' * 20}{number}\t{number % 3}\n" for number in range(40_000))
    tracemalloc.start()
    rows = open_table(path, COLUMNS).rows()
    total = sum(len(row["source"]) for row in rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(rows) == 40_000 and total > 12_000_000
    assert peak < kept + 12_000_000
    assert rows[-1] == {"source": f"{'a long sentence ' * 20}39999", "target": "0"}
    assert rows[3:9:5] == [rows[3], rows[8]]
    assert isinstance(rows, Rows)
    with pytest.raises(IndexError, match="item 40000 of 40000"):
        rows[40_000]


def test_a_file_that_changes_while_it_is_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_examples, "LIMIT", 0)
    path = write(tmp_path, "a.csv", "text,label\ngood,pos\nbad,neg\n")
    rows = open_table(path, COLUMNS).rows()
    path.write_text("text,label\nno colums here\n")
    with pytest.raises(ZooError, match=r"a.csv: line 2: the file changed"):
        rows[0]
    path.write_text("")
    with pytest.raises(ZooError, match=r"a.csv: the file was shortened"):
        rows[1]
