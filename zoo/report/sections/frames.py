"""A label a frame: timelines of truth and answer, confusion, lengths of segments, missed changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

from markupsafe import Markup

from zoo.metrics.frames import segments
from zoo.report.answered import Answered
from zoo.report.figures import figures, histogram, table
from zoo.report.rendering import render, shorten
from zoo.report.section import Section
from zoo.report.sections.labels import confusion

TIMELINES = 8
MOST_SEGMENTS = 400
NEAR = 3
"""Frames by which an answer's change may differ from the true one and still count as found."""
COLOURS = ("#1f6feb", "#e8833a", "#2da44e", "#a371f7", "#d4a72c", "#1b9aaa", "#e05297", "#8c959f", "#b35900", "#57ab5a")

Labels = Sequence[Hashable]


def frame_sections(answered: Answered) -> list[Section]:
    """Make the sections of a run that labels frames."""
    truths: list[Labels] = [list(example["target"]) for example in answered.examples]
    given: list[Labels] = [list(answer.value) for answer in answered.answers]
    flat = [label for labels in truths for label in labels], [label for labels in given for label in labels]
    return [
        Section(
            "Timelines", _timelines(answered, truths, given), "Above the truth, below the answer; most wrong first."
        ),
        Section("Confusion", confusion(*flat), "Frames: rows are the truth, columns the answers."),
        Section("Segments", _lengths(truths, given), "A segment is a run of frames with one label."),
        _changes(truths, given),
    ]


def _timelines(answered: Answered, truths: Sequence[Labels], given: Sequence[Labels]) -> Markup:
    names = [
        str(label) for label, _ in Counter(label for labels in [*truths, *given] for label in labels).most_common()
    ]
    colour = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(sorted(names))}
    drawn = []
    for place in answered.order[:TIMELINES]:
        rows = []
        for labels in (truths[place], given[place]):
            found = segments(labels)[:MOST_SEGMENTS]
            rows.append([(str(one.label), one.start, one.end - one.start, colour[str(one.label)]) for one in found])
        right = sum(one == other for one, other in zip(truths[place], given[place], strict=True))
        frames = len(truths[place])
        share = right / max(1, frames)
        caption = f"example {place + 1}: {frames:,} frames, {share:.0%} right"
        drawn.append((render("timeline.svg", rows=rows, frames=frames), caption))
    return render("legend.html", colours=[(shorten(name, 40), colour[name]) for name in sorted(names)][:40]) + figures(
        drawn, 900
    )


def _lengths(truths: Sequence[Labels], given: Sequence[Labels]) -> Markup:
    real = [one for labels in truths for one in segments(labels)]
    guess = [one for labels in given for one in segments(labels)]
    drawn = [
        (
            histogram([one.end - one.start for one in real], "frames of a segment", "segments"),
            f"Truth: {len(real):,} segments.",
        ),
        (
            histogram([one.end - one.start for one in guess], "frames of a segment", "segments"),
            f"Answers: {len(guess):,} segments.",
        ),
    ]
    lengths: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for column, found in enumerate((real, guess)):
        for one in found:
            lengths[str(one.label)][column].append(one.end - one.start)
    rows = [
        (shorten(label, 60), len(ours), _mean(ours), len(theirs), _mean(theirs))
        for label, (ours, theirs) in sorted(lengths.items())
    ]
    return figures(drawn, 280) + table(("label", "segments", "mean frames", "answered", "mean frames"), rows)


def _changes(truths: Sequence[Labels], given: Sequence[Labels]) -> Section:
    """Count which changes of label have no change of the answer nearby."""
    total: Counter[tuple[str, str]] = Counter()
    missed: Counter[tuple[str, str]] = Counter()
    for labels, answers in zip(truths, given, strict=True):
        changed = [one.start for one in segments(answers)[1:]]
        for before, after in zip(segments(labels), segments(labels)[1:], strict=False):
            pair = str(before.label), str(after.label)
            total[pair] += 1
            missed[pair] += all(abs(place - after.start) > NEAR for place in changed)
    rows = [
        (shorten(f"{one} → {other}", 80), count, missed[one, other], f"{missed[one, other] / count:.0%}")
        for (one, other), count in sorted(total.items(), key=lambda item: -missed[item[0]])
    ][:20]
    lead = f"Changes of the true label without a change of the answer within {NEAR} frames."
    found = table(("change", "times", "missed", "share"), rows) if rows else "The label never changes."
    return Section("Missed changes", found, lead)


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values) if values else float("nan")
