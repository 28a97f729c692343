"""The worst and the best answers of any topology that judges answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.report.answered import Answered
from zoo.report.rendering import render, shorten
from zoo.report.section import Section

if TYPE_CHECKING:
    from zoo.runs.run import Run

SHOWN = 5
LONGEST = 600  # characters


def answers_section(run: Run, answered: Answered) -> Section:
    """Show the most wrong answers, and the surest of the right ones."""
    wrong = set(answered.judgement.worst)
    worst = [place for place in answered.order if place in wrong][:SHOWN]
    best = [place for place in answered.order if place not in wrong][:SHOWN]
    groups = [(title, [_shown(run, answered, place) for place in places]) for title, places in
              (("Most wrong", worst), ("Right, and surest", best)) if places]  # fmt: skip
    return Section("Worst and best answers", render("answers.html", groups=groups, note=answered.note))


def _shown(run: Run, answered: Answered, place: int) -> dict[str, object]:
    example, answer = answered.examples[place], answered.answers[place]
    source, truth, given = run.topology.show_beside(example["source"], example["target"], answer.value)
    return {
        "source": shorten(source, LONGEST),
        "truth": shorten(truth, LONGEST),
        "answer": shorten(given, LONGEST),
        "right": place not in set(answered.judgement.worst),
        "remark": shorten(run.topology.remark(answer), LONGEST),
    }
