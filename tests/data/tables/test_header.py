"""What a table's first row is, and which column is what."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.data import read_labelled_texts, read_pairs
from zoo.errors import ZooError

ROWS = [(f"this is text number {number}", ("pos", "neg")[number % 2]) for number in range(12)]


def examples(path: Path, **options: object) -> list[tuple[str, str]]:
    splits = read_labelled_texts(str(path), validation=0, test=0, **options)  # type: ignore[arg-type]
    return [(example["source"], example["target"]) for example in splits.train]


@tried(40)
@given(
    header=st.sampled_from([None, ("Headline", "Verdict"), ("text", "label"), ("Tweet", "Polarity")]),
    swapped=st.booleans(),
    between=st.sampled_from(",;\t|"),
    named=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-16", "latin-1"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_table_is_read_whatever_its_form(
    tmp_path_factory: pytest.TempPathFactory,
    header: tuple[str, str] | None,
    swapped: bool,
    between: str,
    named: bool,
    encoding: str,
    end: str,
) -> None:
    rows = [header, *ROWS] if header else list(ROWS)
    lines = [between.join(row[::-1] if swapped else row) for row in rows]
    lines = [f"sep={between}", *lines] if named else lines
    path = tmp_path_factory.mktemp("table") / "a.csv"
    path.write_bytes(end.join(lines).encode(encoding))
    assert examples(path, encoding=encoding) == ROWS


def test_what_was_guessed_is_said_with_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Headline,Verdict\n" + "\n".join(f"{text},{label}" for text, label in ROWS))
    settings_of = {"source": "data.text", "target": "data.label"}
    splits = read_labelled_texts(str(path), settings=settings_of)
    assert splits.notes == (
        "a.csv: line 1: the first row is taken for column names; read 'Headline' as source, 'Verdict' as target "
        "(data.text and data.label choose others)",
    )
    assert splits.columns == {"source": "Headline", "target": "Verdict"}
    path.write_text("id,Headline,Verdict\n1,a,b\n")
    with pytest.raises(ZooError, match=r"no column 'text' for source; known: Headline, Verdict, id \(data.text"):
        read_labelled_texts(str(path), settings=settings_of)
    columns = {"source": ("2",), "target": ("Verdict",)}
    assert [example["source"] for example in read_labelled_texts(str(path), columns).train] == ["a"]


def test_a_column_of_splits_is_honoured(tmp_path: Path) -> None:
    names = ("train", "dev", "test")
    rows = [f"text {number},{'ab'[number % 2]},{names[number % 3]}" for number in range(30)]
    (tmp_path / "a.csv").write_text("text,label,split\n" + "\n".join(rows))
    for number, (_, part) in enumerate(read_labelled_texts(str(tmp_path / "a.csv")).items()):
        assert {int(example["source"].split()[1]) % 3 for example in part} == {number}
        assert len(part) == 10
    (tmp_path / "a.csv").write_text("text,label,split\n" + "\n".join(row.replace("dev", "train") for row in rows))
    assert [len(part) for _, part in read_labelled_texts(str(tmp_path / "a.csv"), validation=0.1).items()] == [
        18,
        2,
        10,
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", "good day\tbon jour\tby someone\nno\tnon\tby me\n"),
        ("a.tsv", "12\tgood day\t7\tbon jour\n13\tno\t8\tnon\n"),
        ("a.csv", "id,en,fr\n1,good day,bon jour\n2,no,non\n"),
        ("a.csv", "French,English\nbon jour,good day\nnon,no\n"),
        (
            "a.jsonl",
            '{"id": 1, "translation": {"en": "good day", "fr": "bon jour"}}\n'
            '{"id": 2, "translation": {"fr": "non", "en": "no"}}\n',
        ),
        ("a.json", '[{"en": "good day", "fr": "bon jour"},\n {"en": "no", "fr": "non"}]'),
        ("a.json", '{"data": [{"source": "good day", "target": "bon jour"}, {"source": "no", "target": "non"}]}'),
    ],
)
def test_pairs_as_they_are_published(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    columns = {"source": ("source", "en", "english"), "target": ("target", "fr", "french")}
    splits = read_pairs(str(tmp_path / name), columns, validation=0, test=0)
    pairs = [(example["source"], example["target"]) for example in splits.train]
    assert pairs == [("good day", "bon jour"), ("no", "non")]


def test_bad_encodings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("text,label\nschön,a\n".encode("latin-1"))
    with pytest.raises(ZooError, match=r"there is no such encoding; did you mean 'latin-1'"):
        examples(tmp_path / "a.csv", encoding="latn-1")
    with pytest.raises(ZooError, match=r"a.csv: no text in shift_jis"):
        (tmp_path / "a.csv").write_bytes(b"text,label\n\xff\xff,a\n")
        examples(tmp_path / "a.csv", encoding="shift_jis")
