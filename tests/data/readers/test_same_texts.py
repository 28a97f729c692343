"""The same texts in every form that users have them in: the same examples, and bad ones named by file and line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from zoo.data import Splits, read_labelled_texts, read_pairs
from zoo.errors import ZooError

TEXTS = [
    ('He said "no", and left.', "neg"),
    ('"All quoted"', "pos"),
    ("commas, semicolons; and 'apostrophes'", "neg"),
    ("tab\there", "pos"),
    ("двойное «отрицание»", "neg"),
    ("猫が好きです。", "pos"),
    ("لا أحب هذا الفيلم", "neg"),
    ("यह बहुत अच्छा है", "pos"),
    ("👩‍👩‍👧 cafe\u0301 \u2028 one line", "neg"),
    ("ไม่ชอบเลย", "pos"),
]
MARK = "\ufeff"


def in_table(delimiter: str, names: str, rows: list[tuple[str, str]]) -> str:
    """As a spreadsheet on Windows writes it, and with empty rows as people leave them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    for number, row in enumerate([tuple(names.split()), *rows]):
        writer.writerow(row)
        text.write("\r\n" if number % 4 == 1 else delimiter + "\r\n" if number % 4 == 3 else "")
    return MARK + text.getvalue()


def in_json_lines(names: str, rows: list[tuple[str, str]]) -> str:
    lines = [
        json.dumps(dict(zip(names.split(), row, strict=True)), ensure_ascii=n % 2 == 0) for n, row in enumerate(rows)
    ]
    return MARK + "\r\n\r\n".join(lines) + "\r\n"


def in_folders(folder: Path, rows: list[tuple[str, str]]) -> Path:
    for number, (text, label) in enumerate(rows):
        path = folder / "texts" / label / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{MARK}\r\n{text}\r\n\r\n".encode())
    return folder / "texts"


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_bytes(content.encode())
    return path


LABELLED: dict[str, Callable[[Path, list[tuple[str, str]]], Path]] = {
    "csv": lambda folder, rows: written(folder, "a.csv", in_table(",", "text label", rows)),
    "semicolons": lambda folder, rows: written(folder, "a.csv", in_table(";", "text label", rows)),
    "tsv": lambda folder, rows: written(folder, "a.tsv", in_table("\t", "text label", rows)),
    "json lines": lambda folder, rows: written(folder, "a.jsonl", in_json_lines("text label", rows)),
    "folders": in_folders,
}


def found(splits: Splits) -> list[tuple[str, str]]:
    return sorted((example["source"], example["target"]) for _, part in splits.items() for example in part)


@pytest.mark.parametrize("form", list(LABELLED))
def test_labelled_texts(form: str, tmp_path: Path) -> None:
    splits = read_labelled_texts(str(LABELLED[form](tmp_path, TEXTS)), validation=0.2, test=0.2)
    assert found(splits) == sorted(TEXTS)
    assert not splits.notes


PAIRS = [(text, f"{text} ({label})") for text, label in TEXTS]


def test_pairs(tmp_path: Path) -> None:
    for name, content in (
        ("a.csv", in_table(",", "source target", PAIRS)),
        ("a.tsv", in_table("\t", "source target", PAIRS)),
        ("a.jsonl", in_json_lines("source target", PAIRS)),
    ):
        assert found(read_pairs(str(written(tmp_path, name, content)))) == sorted(PAIRS)
    for place, name in enumerate(("a.en", "a.fr")):
        written(tmp_path, name, MARK + "".join(f"{pair[place]}\r\n" + "\r\n" * (n % 2) for n, pair in enumerate(PAIRS)))
    assert found(read_pairs(f"{tmp_path / 'a.en'},{tmp_path / 'a.fr'}")) == sorted(PAIRS)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.csv", f'{MARK}text,label\r\n\r\n"two\r\nlines",pos\r\nалло\r\n', r"a\.csv: line 5: 1 column, but 2"),
        ("a.csv", f"{MARK}text,label\r\n猫,pos\r\n\r\n ,neg\r\n", r"a\.csv: line 4: source is empty"),
        ("a.tsv", f"{MARK}text\tlabel\r\n\r\nтекст\tс\tтабом\r\n", r"a\.tsv: line 3: 3 columns, but 2"),
        (
            "a.jsonl",
            f'{MARK}\r\n{{"text": "猫", "label": "pos"}}\r\n{{"text": "", "label": "x"}}',
            r"line 3: source is empty",
        ),
        ("good/a.txt", f"{MARK}\r\n\r\n", r"good/a\.txt: empty"),
    ],
)
def test_bad_ones(name: str, content: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode())
    with pytest.raises(ZooError, match=problem):
        read_labelled_texts(str(tmp_path if "/" in name else path))
