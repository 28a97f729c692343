"""Texts about a source: alignments, attention over images, length against quality, frequent errors, unknown words."""

from __future__ import annotations

import difflib
import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from zoo.errors import ZooError
from zoo.metrics import sentence_chrf
from zoo.report.answered import Answered
from zoo.report.figures import data_uri, figures, heat_map, histogram, line_chart, table
from zoo.report.rendering import render, shorten
from zoo.report.section import Section

if TYPE_CHECKING:
    from zoo.codecs.codec import RawExample
    from zoo.runs.run import Run
    from zoo.topology import Alignment

ALIGNED = 6
TILES = 24
"""Words whose attention over an image is shown."""
LONGEST = 40
"""Tokens of a source or a text that an alignment shows."""


def text_sections(run: Run, answered: Answered) -> list[Section]:
    """Make the sections of a run that writes texts about sources."""
    written = [str(answer.value) for answer in answered.answers]
    truth = [_references(example) for example in answered.examples]
    quality = [sentence_chrf(text, references) for text, references in zip(written, truth, strict=True)]
    found = []
    if aligned := _aligned(run, answered):
        found.append(aligned)
    found.append(_lengths(answered, written, truth, quality))
    found.append(_errors(written, truth))
    if unknown := _unknown(answered, quality):
        found.append(unknown)
    return found


def _references(example: RawExample) -> Sequence[str]:
    return tuple(str(text) for text in example.get("references") or (example["target"],))


def _aligned(run: Run, answered: Answered) -> Section | None:
    """Show where the model attended while it wrote some of its answers."""
    places = list(dict.fromkeys([*answered.judgement.worst[: ALIGNED // 2], *answered.order[::-1]]))[:ALIGNED]
    sources = [answered.examples[place]["source"] for place in places]
    texts = [str(answered.answers[place].value) for place in places]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            alignments = run.align(sources, texts)
    except ZooError:
        return None  # a model without attention
    if all(alignment.read for alignment in alignments):
        drawn = [(_alignment(alignment), shorten(text, 120)) for alignment, text in zip(alignments, texts, strict=True)]
        lead = (
            "Where the model attends in the source (columns) while it writes each token (rows); the most wrong first."
        )
        return Section("Alignments", figures(drawn, 420), lead)
    drawn = []
    for source, alignment, text in zip(sources, alignments, texts, strict=True):
        pixels = np.asarray(run.codecs["source"].encode(source))
        if pixels.dtype != np.uint8:
            return None
        drawn.append((_attention(pixels, alignment, len(drawn)), shorten(text, 200)))
    lead = (
        "Where the model attends in the image while it writes each word: the brighter, the more; the most wrong first."
    )
    return Section("Attention over images", figures(drawn, 900), lead)


def _alignment(alignment: Alignment) -> Markup:
    weights = alignment.weights[:LONGEST, :LONGEST]
    return heat_map(weights, alignment.written[:LONGEST], alignment.read[:LONGEST], label="alignment", edge=20)


def _attention(pixels: np.ndarray, alignment: Alignment, number: int) -> Markup:
    """Draw an image once a word, dark where the model did not attend."""
    height, width = pixels.shape[:2]
    words = []
    for word, grid in zip(alignment.written[:TILES], alignment.weights, strict=False):
        darkness = 0.8 * (1 - grid / max(float(grid.max()), 1e-9))  # [h, w]
        cells = [
            (column, row, round(float(darkness[row, column]), 2))
            for row in range(grid.shape[0])
            for column in range(grid.shape[1])
        ]
        words.append((shorten(word, 14), cells))
    return render(
        "attention.svg",
        source=data_uri(pixels),
        words=words,
        columns=min(8, len(words)),
        tall=round(90 * height / width),
        grid=alignment.weights.shape[1:],
        number=number,
    )


def _lengths(
    answered: Answered, written: Sequence[str], truth: Sequence[Sequence[str]], quality: Sequence[float]
) -> Section:
    sources = [example["source"] for example in answered.examples]
    of_text = all(isinstance(source, str) for source in sources)
    lengths = [
        len(source.split()) if of_text else len(one[0].split()) for source, one in zip(sources, truth, strict=True)
    ]
    groups = defaultdict(list)
    for length, value in zip(lengths, quality, strict=True):
        groups[length].append(value)
    mean = [(float(length), sum(values) / len(values)) for length, values in sorted(groups.items())]
    what = "words of the source" if of_text else "words of the reference"
    ratios = [len(text.split()) / max(1, len(one[0].split())) for text, one in zip(written, truth, strict=True)]
    drawn = [
        (line_chart([("", mean)], what, "chrF", y_range=(0, 100)), "Mean quality of a sentence by length."),
        (histogram(lengths, what), "How many sentences there are of each length."),
        (
            line_chart(
                [("", list(zip(map(float, lengths), ratios, strict=True)))],
                what,
                "length of answer / reference",
                dots=True,
            ),
            "Answers below 1 are shorter than the reference.",
        ),
    ]
    return Section("Length and quality", figures(drawn, 260), answered.note)


def _errors(written: Sequence[str], truth: Sequence[Sequence[str]]) -> Section:
    """Count words that were replaced, left out and added, against the nearest reference."""
    replaced: Counter[tuple[str, str]] = Counter()
    missing: Counter[str] = Counter()
    added: Counter[str] = Counter()
    for text, references in zip(written, truth, strict=True):
        words = text.split()
        wanted = max((one.split() for one in references), key=lambda one: _nearness(one, words))
        for kind, a, b, c, d in difflib.SequenceMatcher(None, wanted, words, autojunk=False).get_opcodes():
            if kind == "replace" and b - a == d - c:
                replaced.update(zip(wanted[a:b], words[c:d], strict=True))
            elif kind != "equal":
                missing.update(wanted[a:b])
                added.update(words[c:d])
    rows = [(shorten(one, 60), shorten(other, 60), count) for (one, other), count in replaced.most_common(15)]
    body = table(("wanted", "written", "times"), rows) if rows else Markup("")
    gone, more = missing.most_common(10), added.most_common(10)
    if gone or more:
        pairs = [(*_at(gone, place), *_at(more, place)) for place in range(max(len(gone), len(more)))]
        body += table(("left out", "times", "added", "times"), pairs)
    return Section("Frequent errors", body or "No word differs from the reference.")


def _at(counted: Sequence[tuple[str, int]], place: int) -> tuple[str, int | str]:
    return (shorten(counted[place][0], 60), counted[place][1]) if place < len(counted) else ("", "")


def _nearness(one: Sequence[str], other: Sequence[str]) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _unknown(answered: Answered, quality: Sequence[float]) -> Section | None:
    found = [list(answer.details.get("unknown", ())) for answer in answered.answers]
    counts = Counter(word for words in found for word in words)
    if not counts:
        return None
    with_unknown = [value for value, words in zip(quality, found, strict=True) if words]
    without = [value for value, words in zip(quality, found, strict=True) if not words]
    rows = [("with unknown words", len(with_unknown), _mean(with_unknown)), ("without", len(without), _mean(without))]
    words = [(shorten(word, 80), count) for word, count in counts.most_common(20)]
    body = table(("sentences", "number", "mean chrF"), rows) + table(("unknown word", "times"), words)
    return Section("Unknown words", body)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
