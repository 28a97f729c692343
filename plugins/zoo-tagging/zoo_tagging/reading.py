"""Sentences with a label for every word: CoNLL columns, CoNLL-U, JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import zoo
from zoo.data import Splits, split_share

LONGEST = 1 << 20
"""Bytes of a line at most."""
SPLITS = {"train": "train", "dev": "validation", "valid": "validation", "validation": "validation", "test": "test"}
ENDINGS = (".conll", ".conllu", ".txt", ".tsv", ".iob", ".bio", ".jsonl")


class Sentence(TypedDict):
    """Words, and a label for each."""

    source: list[str]
    target: list[str]


def read_tagged(
    source: str, words: int = 0, labels: int = 0, validation: float = 0.05, test: float = 0.05, on_error: str = "stop"
) -> Splits:
    """Read labelled sentences.

    Args:
        source: a file; or a folder of files whose names contain `train`, `dev` or `test`.
        words: column of the words from 1; 0: the first, in CoNLL-U the second.
        labels: column of the labels from 1; 0: the last, in CoNLL-U the fourth.
        validation: share for validation, if there is no file for it.
        test: share for testing, if there is no file for it.
        on_error: `stop` at a bad sentence, or `skip` and count them.

    Returns:
        Splits of examples `{"source": [word, ...], "target": [label, ...]}`.

    Raises:
        zoo.ZooError: names file and line.
    """
    path = Path(source).expanduser()
    if not path.exists():
        raise zoo.ZooError(f"data={source}: no such file or folder")
    bad: list[str] = []
    parts: dict[str, list[Sentence]] = {"train": [], "validation": [], "test": []}
    for file in _files(path):
        name = "train"
        if path.is_dir():
            name = next((split for word, split in SPLITS.items() if word in file.name.lower()), "train")
        parts[name] += _sentences(file, words, labels, on_error, bad)
    if not parts["train"]:
        raise zoo.ZooError(f"data={source}: there are no labelled sentences to train on")
    held = {"validation": 0.0 if parts["validation"] else validation, "test": 0.0 if parts["test"] else test}
    kept = []
    for example in parts["train"]:
        share = split_share(" ".join(example["source"]))
        if share < held["test"]:
            parts["test"].append(example)
        elif share < held["test"] + held["validation"]:
            parts["validation"].append(example)
        else:
            kept.append(example)
    notes = (f"skipped {len(bad):,} sentences, the first at {bad[0]}",) if bad else ()
    return Splits(kept, parts["validation"], parts["test"], notes)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = (file for file in path.iterdir() if file.suffix.lower() in ENDINGS)
    files = sorted(file for file in found if not any(word in file.name.lower() for word in ("licen", "readme")))
    if not files:
        raise zoo.ZooError(f"{path}: no files of sentences; expected {', '.join(ENDINGS)}")
    return files


def _sentences(file: Path, words: int, labels: int, on_error: str, bad: list[str]) -> Iterator[Sentence]:
    read = _json_lines if file.suffix.lower() == ".jsonl" else _columns
    for place, found, problem in read(file, words, labels):
        if problem and on_error == "stop":
            raise zoo.ZooError(f"{file.name}:{place}: {problem}")
        if problem:
            bad.append(f"{file.name}:{place}: {problem}")
        else:
            yield found


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        with file.open("rb") as stream:
            number = 0
            while line := stream.readline(LONGEST):
                number += 1
                if len(line) == LONGEST:
                    raise zoo.ZooError(f"{file.name}:{number}: a line of more than {LONGEST:,} bytes")
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
    except OSError as error:
        raise zoo.ZooError(f"{file}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise zoo.ZooError(f"{file.name}:{number}: not UTF-8 text") from error


def _columns(file: Path, words: int, labels: int) -> Iterator[tuple[int, Sentence, str]]:
    """Sentences of a file with a word on each line, and an empty line after each sentence."""
    is_conllu = file.suffix.lower() == ".conllu"
    word_at, label_at = words or (2 if is_conllu else 1), labels or (4 if is_conllu else 0)
    begin, problem = 1, ""
    sentence: Sentence = {"source": [], "target": []}
    for number, line in (*_lines(file), (0, "")):
        if line.strip():
            if line.startswith("#") and (is_conllu or "\t" not in line and " " in line):
                continue
            cells = line.split("\t") if "\t" in line else line.split()
            if line.startswith("-DOCSTART-") or (is_conllu and not cells[0].isdigit()):
                continue
            if max(word_at, label_at, 2) > len(cells):
                problem = problem or f"{len(cells)} columns; expected a word and a label"
                begin = number
                continue
            sentence["source"].append(cells[word_at - 1])
            sentence["target"].append(cells[label_at - 1])
            continue
        if sentence["source"] or problem:
            yield begin, sentence, problem
        sentence, problem, begin = {"source": [], "target": []}, "", number + 1


def _json_lines(file: Path, words: int, labels: int) -> Iterator[tuple[int, Sentence, str]]:
    """Sentences of a file with an object on each line: `{"words": [...], "labels": [...]}`."""
    del words, labels
    for number, line in _lines(file):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            source = next(found[key] for key in ("words", "tokens", "source") if key in found)
            target = next(found[key] for key in ("labels", "tags", "ner_tags", "target") if key in found)
            source, target = [str(word) for word in source], [str(label) for label in target]
        except Exception:  # whatever a damaged line makes of it
            yield number, {"source": [], "target": []}, 'expected {"words": [...], "labels": [...]}'
            continue
        problem = f"{len(source)} words with {len(target)} labels" if len(source) != len(target) or not source else ""
        yield number, {"source": source, "target": target}, problem
