"""The gallery: a report of a real run of each task, and a page that leads to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zoo
from zoo.report import Section, figures
from zoo.report.page import make_page
from zoo.report.rendering import render


@dataclass(frozen=True)
class Exhibit:
    """A run of the gallery.

    Attributes:
        name: of its report's file.
        task: of the run.
        about: what there is to see.
        settings: of the run.
    """

    name: str
    task: str
    about: str
    settings: Mapping[str, Any] = field(default_factory=dict)


MINUTES = 5.0
EXHIBITS = (
    Exhibit("source-code", "charlm", "A character model of Python's standard library: neurons that follow the code."),
    Exhibit("shakespeare", "charlm", "The article's first experiment.", {"data": "tinyshakespeare", "preset": "small"}),
    Exhibit("translation", "translation", "English to French: where the model attends while it writes."),
    Exhibit("captioning", "captioning", "Drawn scenes: where the model looks for each word."),
    Exhibit("sentiment", "sentiment", "Reviews: the words that counted."),
    Exhibit("frames", "frames", "Moving digits: a label for every frame."),
)


def make_gallery(
    folder: Path, exhibits: Sequence[Exhibit] = EXHIBITS, minutes: float = MINUTES, **settings: object
) -> Path:
    """Train what is missing, and write a report of each run.

    Args:
        folder: of the gallery; runs are kept in `runs/` below it, so that a second call writes the reports anew.
        exhibits: what to show; one that cannot be made, such as without a network, is left out.
        minutes: of each training.
        **settings: of all runs.

    Returns:
        The page that leads to the reports.
    """
    links = []
    for exhibit in exhibits:
        place = folder / "runs" / exhibit.name
        try:
            if (place / "run.json").exists():
                run = zoo.load(place)
            else:
                train = {"minutes": minutes} if minutes else {}
                run = zoo.run(exhibit.task, out=str(place), **{"train": train, **exhibit.settings, **settings})
            assert isinstance(run, zoo.Run)
            run.report(folder / f"{exhibit.name}.html")
        except zoo.ZooError as error:
            print(f"{exhibit.name} is left out: {error}")
            continue
        links.append((render("link.html", address=f"{exhibit.name}.html", text=exhibit.name), exhibit.about))
    page = folder / "index.html"
    lead = "Reports of runs on two cores, each one file. Point at a character, a cell or a curve."
    page.write_text(make_page("Gallery", [Section("Reports", figures(links, 300), lead)]), encoding="utf-8")
    return page
