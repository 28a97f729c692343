"""The data of a run: sizes, lengths, classes, and how much of a text the vocabulary covers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from zoo.codecs.document import Document
from zoo.report.figures import figures, histogram, table
from zoo.report.rendering import render, shorten

if TYPE_CHECKING:
    from zoo.codecs.codec import RawExample, RawValue
    from zoo.data.splitting.splits import Examples
    from zoo.runs.run import Run

SAMPLED = 500
"""Examples of a split that are measured."""
DOCUMENT = 100_000
"""Characters of a document whose vocabulary is measured."""
SHOWN_CLASSES = 20


def data_section(run: Run) -> Markup:
    """Describe the splits of a run's data."""
    rows, drawn, classes, coverage = [], [], [], []
    for split, examples in run.splits.items():
        if not len(examples):
            continue
        chosen = drawn_examples(examples)
        rows.append((split, len(examples), *_documents(chosen)))
        if split == "train":
            drawn += _lengths(run, chosen)
            classes = _classes(chosen)
        coverage += _coverage(run, split, chosen)
    head = ("split", "examples", *(("characters",) if len(rows[0]) > 2 else ())) if rows else ("split", "examples")
    body = table(head, rows)
    if drawn:
        body += figures(drawn, 280)
    if classes:
        body += table(("class", "examples", "share"), classes)
    if coverage:
        body += table(("role", "split", "tokens in the vocabulary", "tokens looked at", "unknown"), coverage)
    notes = [shorten(note, 300) for note in run.splits.notes]
    return body + (render("notes.html", notes=notes) if notes else Markup(""))


def drawn_examples(examples: Examples, count: int = SAMPLED) -> list[RawExample]:
    """Draw examples: one of each stretch of a split, at random, so that no pattern in their order hides the others.

    Args:
        examples: of a split; where they only come one after another, the first ones are taken.
        count: how many at most.
    """
    size = len(examples)
    if size <= count or not isinstance(examples, Sequence):
        return list(islice(iter(examples), count))
    borders = np.arange(count + 1) * size // count
    return [examples[int(place)] for place in np.random.default_rng(0).integers(borders[:-1], borders[1:])]


def _documents(examples: Examples) -> tuple[int, ...]:
    """Add up the characters of documents, roughly: their bytes."""
    documents = [example["target"] for example in examples if isinstance(example.get("target"), Document)]
    return (sum(document.size for document in documents),) if documents else ()


def _lengths(run: Run, examples: Examples) -> list[tuple[Markup, str]]:
    drawn = []
    for role in run.codecs:
        values = [example[role] for example in examples if role in example]
        if values and all(isinstance(value, str) for value in values) and len(set(values)) > SHOWN_CLASSES:
            lengths = [len(value.split()) for value in values]
            drawn.append((histogram(lengths, "words"), f"{role}: {np.mean(lengths):.1f} words on average."))
        elif values and isinstance(values[0], list):
            lengths = [len(value) for value in values]
            drawn.append((histogram(lengths, "frames"), f"{role}: {np.mean(lengths):.1f} on average."))
    return drawn


def _classes(examples: Examples) -> list[tuple[object, ...]]:
    """Count labels, and the labels of frames."""
    found: list[RawValue] = []
    for example in examples:
        target = example.get("target")
        found += target if isinstance(target, list) else [target]
    if not found or any(not isinstance(label, str | int) for label in found):
        return []
    counts = Counter(found)
    if len(counts) > min(200, max(SHOWN_CLASSES, len(examples) // 4)):
        return []
    return [
        (shorten(label, 80), count, f"{count / len(found):.1%}") for label, count in counts.most_common(SHOWN_CLASSES)
    ]


def _coverage(run: Run, split: str, examples: Examples) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for role, codec in run.codecs.items():
        unknown = getattr(codec, "unknown_id", None)
        unknown = 0 if unknown is None and type(codec).__name__ == "CharacterCodec" else unknown
        if unknown is None:
            continue
        tokens = [
            codec.encode(_text(example[role])) for example in examples if isinstance(example.get(role), str | Document)
        ]
        total, missed = sum(len(one) for one in tokens), sum(int((one == unknown).sum()) for one in tokens)
        if total:
            rows.append((role, split, codec.size, total, f"{missed / total:.2%}"))
    return rows


def _text(value: str | Document) -> str:
    if isinstance(value, str):
        return value[:DOCUMENT]
    return next(iter(value.chunks(4096)), "")
