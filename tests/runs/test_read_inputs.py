"""What trains predicts: whatever `data=` reads, `file=` reads, in any order of columns, with labels or without."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import zoo
from tests.long_run import first
from tests.properties import tried
from tests.runs.conftest import Command
from tests.settings_by_part import SettingsByPart
from tests.small_data import SMALL_DATA
from zoo.cli.standard_input import piped_table

QUICK: dict[str, SettingsByPart] = {
    "sentiment": {"model": {"units": 4, "embedding": 4}},
    "translation": {"model": {"units": 8, "embedding": 4}, "search": {"length": 6, "beam": 2}},
    "captioning": {
        "picture": {"height": 8, "width": 8},
        "model": {"filters": [4], "units": 8, "embedding": 4},
        "search": {"length": 5, "beam": 1},
    },
    "frames": {"model": {"units": 4}},
}

Runs = Callable[[str], zoo.Run]
Piped = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Gives a run of a task, trained for a few steps on its small data."""
    trained: dict[str, zoo.Run] = {}

    def run(task: str) -> zoo.Run:
        if task not in trained:
            folder = tmp_path_factory.mktemp(task)
            trained[task] = zoo.run(
                task,
                data={"source": SMALL_DATA[task](folder), "validation": 0.2, "test": 0.2},
                batch={"size": 8},
                train={"steps": 2, "minutes": 0},
                out=str(folder / "run"),
                **QUICK[task],
            )
        return trained[task]

    return run


def write_rows(path: Path, rows: Sequence[dict[str, str]]) -> None:
    kind = path.name.removesuffix(".gz").rpartition(".")[2]
    if kind == "json":
        text = json.dumps(rows)
    elif kind == "jsonl":
        text = "".join(json.dumps(row) + "\n" for row in rows)
    else:
        lines = [list(rows[0]), *(list(row.values()) for row in rows)]
        with path.with_suffix(".plain").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter="\t" if kind == "tsv" else ",").writerows(lines)
        text = path.with_suffix(".plain").read_text(encoding="utf-8")
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.name.endswith(".gz") else data)


def answers_of(run: zoo.Run, source: Path) -> list[object]:
    answered = list(run.answer_inputs(run.read_inputs(source)))
    assert not any(one.problem for one in answered), [one.problem for one in answered]
    return [one.answer and one.answer.value for one in answered]


WORDS = st.lists(
    st.sampled_from(["the", "film", "was", "good", '"bad"', "dull,", "one", "and", "two", "it's", "é"]),
    min_size=1,
    max_size=6,
).map(" ".join)


@pytest.mark.parametrize(
    ("task", "columns"), first(1, [("sentiment", ("text", "label")), ("translation", ("source", "target"))])
)
def test_rows_in_any_form_get_the_answers_of_the_list(
    task: str, columns: tuple[str, str], runs: Runs, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = runs(task)
    folder = tmp_path_factory.mktemp("rows")

    @tried(25)
    @given(
        texts=st.lists(WORDS, min_size=2, max_size=5),
        form=st.sampled_from(["csv", "tsv", "jsonl", "json", "csv.gz", "jsonl.gz"]),
        labelled=st.booleans(),
        seed=st.integers(0, 99),
    )
    def check(texts: list[str], form: str, labelled: bool, seed: int) -> None:
        names = [columns[0], *([columns[1]] if labelled else []), "id", "note"]
        random.Random(seed).shuffle(names)
        rows = []
        for number, text in enumerate(texts):
            row = {columns[0]: text, columns[1]: "good", "id": str(number), "note": "one, two"}
            rows.append({name: row[name] for name in names})
        path = folder / f"rows.{form}"
        write_rows(path, rows)
        assert answers_of(run, path) == run.predict(texts)

    check()


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
def test_answers_are_written_beside_their_rows(ending: str, runs: Runs, tmp_path: Path, command: Command) -> None:
    run = runs("sentiment")
    texts = ["the film was good", "dull, I say", "the film was bad"]
    rows = [{"id": str(number), "text": text, "answer": "mine"} for number, text in enumerate(texts)]
    rows.insert(2, {"id": "9", "text": "", "answer": "mine"})
    write_rows(tmp_path / "rows.jsonl", rows)
    out = tmp_path / f"out.{ending}"
    name = str(run.folder.path)
    status, printed, errors = command("predict", name, f"file={tmp_path / 'rows.jsonl'}", f"out={out}")
    assert status == 1 and not printed and "rows.jsonl: line 3: source is empty" in errors
    if ending == "jsonl":
        found = [json.loads(line) for line in out.read_text().splitlines()]
    else:
        with out.open(newline="") as stream:
            found = list(csv.DictReader(stream, delimiter="\t" if ending == "tsv" else ","))
    assert [one["id"] for one in found] == ["0", "1", "9", "2"]
    assert [one["text"] for one in found] == [row["text"] for row in rows]
    assert [one["answer"] for one in found] == ["mine"] * 4, "a column of the rows is not overwritten"
    expected = run.predict(texts)
    assert [one["answer_2"] or None for one in found] == [*expected[:2], None, expected[2]]
    before = out.read_bytes()
    arguments = ("predict", name, f"file={tmp_path / 'rows.jsonl'}", f"out={out}")
    status, _, errors = command(*arguments, "on_error=stop")
    assert status == 1 and "line 3: source is empty (on_error=skip answers the others)" in errors
    assert out.read_bytes() == before and sorted(path.name for path in tmp_path.iterdir()) == [out.name, "rows.jsonl"]
    status, _, errors = command(*arguments, "on_error=skip")
    assert status == 0 and "skipped 1 input; the first: rows.jsonl: line 3: source is empty" in errors


def test_a_damaged_image_does_not_take_the_answers_of_the_others(runs: Runs, tmp_path: Path, command: Command) -> None:
    run = runs("captioning")
    for name in ("a", "b"):
        Image.new("RGB", (9, 9), "red").save(tmp_path / f"{name}.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (answer,) = run.predict(tmp_path / "a.png")
    status, printed, errors = command(
        "predict", str(run.folder.path), *(str(tmp_path / f"{name}.png") for name in ("a", "broken", "b"))
    )
    assert status == 1 and printed == f"{answer}\n\n{answer}\n"
    assert errors.count("error:") == 1 and "broken.png" in errors
    (tmp_path / "table.csv").write_text("id,image\n1,a.png\n2,broken.png\n3,missing.png\n4,b.png\n")
    found = list(run.answer_inputs(run.read_inputs(tmp_path / "table.csv")))
    assert [one.answer.value if one.answer else None for one in found] == [answer, None, None, answer]
    assert found[2].problem.startswith("table.csv: line 4: no image 'missing.png'")
    assert "broken.png" in found[1].problem
    (tmp_path / "table.csv").unlink()
    assert [one.answer is not None for one in run.answer_inputs(run.read_inputs(tmp_path))] == [True, True, False]


def test_captions_in_files_of_all_kinds(runs: Runs, tmp_path: Path) -> None:
    run = runs("captioning")
    for number, colour in enumerate(["red", "green"]):
        Image.new("RGB", (9, 9), colour).save(tmp_path / f"{number}.png")
    expected = run.predict([tmp_path / "0.png", tmp_path / "1.png"])
    files = {
        "captions.txt": 'image,caption\n0.png,"a, b"\n1.png,c\n',
        "names.csv": "file_name\n0.png\n1.png\n",
        "mine.token.txt": "0.png#0\ta\n0.png#1\tb\n1.png#0\tc\n",
        "captions_val2017.json": json.dumps(
            {
                "images": [{"id": 7, "file_name": "0.png"}, {"id": 8, "file_name": "1.png"}],
                "annotations": [{"image_id": 7, "caption": "a"}],
            }
        ),
        "rows.json": json.dumps([{"image": "0.png"}, {"image": "1.png"}]),
        "paths.txt": f"{tmp_path / '0.png'}\n1.png\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
        assert answers_of(run, tmp_path / name) == expected, name


def test_sequences_of_features_in_any_form(runs: Runs, tmp_path: Path, command: Command) -> None:
    run = runs("frames")
    draw = np.random.default_rng(3)
    both = [draw.normal(size=(length, 3)).astype(np.float32) for length in (5, 4)]
    expected = run.predict(both)
    assert run.predict(both[0]) == expected[:1], "an array of frames is one sequence"
    for number, values in enumerate(both):
        lines = [",".join(map(str, frame)) for frame in values.tolist()]
        (tmp_path / "bare").mkdir(exist_ok=True)
        (tmp_path / "bare" / f"{number}.csv").write_text("\n".join(lines) + "\n")
    assert answers_of(run, tmp_path / "bare") == expected, "the first frame of a file without header counts"
    np.savez(tmp_path / "one.npz", features=both[0])
    assert answers_of(run, tmp_path / "one.npz") == expected[:1]
    (tmp_path / "list.txt").write_text(f"{tmp_path / 'bare' / '0.csv'}\n{tmp_path / 'bare' / '1.csv'}\n")
    assert answers_of(run, tmp_path / "list.txt") == expected
    out = tmp_path / "out.csv"
    file = tmp_path / "bare" / "0.csv"
    assert command("predict", str(run.folder.path), f"file={file}", f"out={out}")[0] == 0
    with out.open(newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [one["answer"] for one in found] == expected[0]
    assert [float(one["2"]) for one in found] == pytest.approx(both[0][:, 1].tolist())


def test_files_that_lie_side_by_side(runs: Runs, tmp_path: Path) -> None:
    run = runs("translation")
    texts = ["one and two", "three and four"]
    (tmp_path / "corpus.en").write_text("\n".join(texts) + "\n")
    (tmp_path / "corpus.fr").write_text("deux et un\nquatre et trois\n")
    expected = run.predict(texts)
    assert answers_of(run, Path(f"{tmp_path / 'corpus.en'},{tmp_path / 'corpus.fr'}")) == expected
    assert answers_of(run, tmp_path / "corpus.en") == expected
    (tmp_path / "corpus.en.gz").write_bytes(gzip.compress((tmp_path / "corpus.en").read_bytes()))
    assert answers_of(run, tmp_path / "corpus.en.gz") == expected
    (tmp_path / "hub.jsonl").write_text(
        "".join(json.dumps({"id": 1, "translation": {"fr": "x", "en": text}}) + "\n" for text in texts)
    )
    assert answers_of(run, tmp_path / "hub.jsonl") == expected


def test_folders_of_texts(runs: Runs, tmp_path: Path) -> None:
    run = runs("sentiment")
    texts = ["the film was bad", "the film was good"]
    for number, text in enumerate(texts):
        (tmp_path / "some" / "deep").mkdir(parents=True, exist_ok=True)
        (tmp_path / "some" / "deep" / f"{number}.txt").write_text(text)
    assert answers_of(run, tmp_path / "some") == run.predict(texts)


def test_the_column_that_was_trained_on_is_found_again(tmp_path: Path) -> None:
    rows = [f"the film was {word} {number},{label}" for number in range(10) for word, label in MOODS]
    (tmp_path / "a.csv").write_text("Utterance,Verdict\n" + "\n".join(rows) + "\n")
    run = zoo.run(
        "sentiment",
        data=str(tmp_path / "a.csv"),
        train={"steps": 1, "minutes": 0},
        out=str(tmp_path / "run"),
        **QUICK["sentiment"],
    )
    (tmp_path / "b.csv").write_text("n,Utterance\n1,the film was good\n2,the film was bad\n")
    write_rows(tmp_path / "c.json", [{"Verdict": "", "Utterance": f"the film was {word}"} for word, _ in MOODS])
    run = zoo.load(tmp_path / "run")
    expected = run.predict(["the film was good", "the film was bad"])
    assert run.task.columns == {"source": "Utterance", "target": "Verdict"}
    assert answers_of(run, tmp_path / "b.csv") == answers_of(run, tmp_path / "c.json") == expected


MOODS = [("good", "positive"), ("bad", "negative")]


def test_one_text_is_one_input(runs: Runs) -> None:
    run = runs("sentiment")
    text = "the film was good"
    assert run.predict(text) == run.predict([text])
    assert len(run.answer(text)) == 1


TEXTS = ["the film was good", 'dull, "I" say', "the film was bad"]
PIPED = {
    "csv": b'text,label\nthe film was good,x\n"dull, ""I"" say",x\nthe film was bad,x\n',
    "csv with a mark": b'\xef\xbb\xbfid;text\n1;the film was good\n2;"dull, ""I"" say"\n3;the film was bad\n',
    "tsv": b'text\tid\nthe film was good\t1\ndull, "I" say\t2\nthe film was bad\t3\n',
    "jsonl": "".join(json.dumps({"id": 1, "text": text}) + "\n" for text in TEXTS).encode(),
    "json": json.dumps([{"text": text} for text in TEXTS]).encode(),
    "json over lines": json.dumps([{"text": text} for text in TEXTS], indent=1).encode(),
    "lines": "\n".join(TEXTS).encode(),
    "lines with CRLF": "\r\n".join(TEXTS).encode() + b"\r\n",
}


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Piped:
    """Gives the inputs that these bytes on standard input are for a run; of lines, the lines."""

    def read(run: zoo.Run, data: bytes, form: str = "auto") -> list[Any]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        table, lines = piped_table(run, form)
        return list(lines) if table is None else list(table)

    return read


def test_a_pipe_is_read_as_a_file_is(
    runs: Runs, piped: Piped, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs("sentiment")
    for form, data in PIPED.items():
        found = piped(run, data)
        assert [one if "lines" in form and "over" not in form else one.value for one in found] == TEXTS, form
    for form in ("csv", "tsv", "jsonl", "json"):
        assert [one.value for one in piped(run, PIPED[form], form)] == TEXTS, form
    assert len(piped(run, PIPED["csv"], "lines")) == 4
    assert piped(run, b"[sighs] what a film\n{so} bad\n") == ["[sighs] what a film", "{so} bad"], "these are no JSON"
    assert piped(run, b"") == [] and piped(run, b"\n\n") == ["", ""]
    bad = piped(run, PIPED["csv"] + b"an odd row,x,y\n")[-1]
    assert bad.value is None and bad.place == "standard input.txt: line 5" and "3 columns, but 2" in bad.problem
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PIPED["jsonl"])))
    status, printed, _ = command("predict", str(run.folder.path))
    assert (status, printed) == (0, "".join(f"{answer}\n" for answer in run.predict(TEXTS)))
    status, _, errors = command("predict", str(run.folder.path), "format=xml")
    assert status == 2 and "format: expected auto, lines, csv" in errors
    status, _, errors = command("predict", str(run.folder.path), "file=a.csv", "format=csv")
    assert status == 2 and "the format of a file is known by its name" in errors


def test_frames_through_a_pipe_and_a_bad_one_among_good_ones(runs: Runs, piped: Piped, tmp_path: Path) -> None:
    run = runs("frames")
    values = np.random.default_rng(5).normal(size=(4, 3)).astype(np.float32)
    expected = run.predict([values])[0]
    table = "\n".join(",".join(map(str, frame)) for frame in values.tolist()) + "\n"
    (one,) = piped(run, table.encode())
    np.testing.assert_array_equal(one.value, values)
    (tmp_path / "good.csv").write_text(table)
    bad = {
        "wide.csv": "1,2,3,4\n" * 3,
        "words.csv": "a,b,c\n1,2,x\n",
        "huge.csv": "1,2,1e39\n",
        "empty.csv": "",
        "broken.npz": "PK\3\4",
        "infinite.csv": "1,2,inf\n",
        "missing.csv": "1,,3\n",
    }
    paths = [str(tmp_path / "good.csv")]
    for file, content in bad.items():
        (tmp_path / file).write_text(content)
        paths += [str(tmp_path / file), str(tmp_path / "good.csv")]
    paths.append(str(tmp_path / "no such file"))
    assert piped(run, "\n".join(paths).encode()) == paths
    (tmp_path / "list.txt").write_text("\n".join(paths))
    found = list(run.answer_inputs(run.read_inputs(tmp_path / "list.txt")))
    assert [one.answer.value if one.answer else None for one in found] == [expected, None] * (len(bad) + 1)
    for number, (file, one) in enumerate(zip([*bad, "no such file"], found[1::2], strict=True)):
        assert file in one.problem or f"list.txt, line {2 * number + 2}:" in one.problem, (file, one.problem)
