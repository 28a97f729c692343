"""What a run shows of itself: `run.report()`, `run.plot()`, `run.neurons("text")`, and its picture in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zoo.report.notebook import NotebookView
from zoo.report.overview import overview
from zoo.report.report import curves_section, run_labels, write_report
from zoo.report.section import Section
from zoo.report.sections.language_model import text_section
from zoo.report.settings_table import settings_table

if TYPE_CHECKING:
    from zoo.runs.run import Run


def report(run: Run, out: str | Path = "") -> Path:
    """Write the report of a run (see `write_report`)."""
    return write_report([run], out)


def plot(run: Run) -> NotebookView:
    """Show the curves of a run."""
    return NotebookView(_title(run), [curves_section([run])])


def neurons(run: Run, text: str) -> NotebookView:
    """Show the neurons of a language model over a text."""
    return NotebookView(_title(run), [text_section(run, text)], 760)


def summary(run: Run) -> NotebookView:
    """Show what a run's folder holds: numbers, curves, settings. Neither the data are read nor the model built."""
    sections = [
        Section("Overview", overview(run, {}, "")),
        curves_section([run]),
        Section("Settings", settings_table([run], [""])),
    ]
    return NotebookView(_title(run), sections)


def _title(run: Run) -> str:
    return f"{run.name}: {run_labels([run])[0]}"
