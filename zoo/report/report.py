"""The report: runs go in, one HTML file comes out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import UsageError, ZooError
from zoo.files import expanded, write_atomic
from zoo.report.answered import answer_split
from zoo.report.curves import RunCurves, curves
from zoo.report.data_section import data_section
from zoo.report.figures import table
from zoo.report.overview import best_record, overview
from zoo.report.page import make_page
from zoo.report.section import Section
from zoo.report.sections.answers import answers_section
from zoo.report.sections.frames import frame_sections
from zoo.report.sections.labels import label_sections
from zoo.report.sections.language_model import language_model_sections
from zoo.report.sections.texts import text_sections
from zoo.report.settings_table import settings_table
from zoo.report.versions import versions
from zoo.runs.fast_run import with_model
from zoo.topology.language_model import LanguageModel
from zoo.topology.source_to_label import SourceToLabel
from zoo.topology.source_to_text import SourceToText
from zoo.topology.synced import Synced

if TYPE_CHECKING:
    from zoo.runs.run import Run

MOST_RUNS = 20


def write_report(runs: Sequence[Run], out: str | Path = "") -> Path:
    """Write the report of one run, or of several beside each other.

    Args:
        runs: trained, or loaded.
        out: the file; by default `report.html` in the folder of the first run.

    Returns:
        The file.

    Raises:
        UsageError: no run, too many, or a folder in place of the file.
        ZooError: a run's files are damaged, or the file cannot be written.
    """
    if not 1 <= len(runs) <= MOST_RUNS:
        raise UsageError(f"a report shows 1 to {MOST_RUNS} runs, not {len(runs)}")
    path = expanded(out) if out else runs[0].folder.path / "report.html"
    if path.is_dir():
        raise UsageError(f"out={out}: it is a folder; name a file, such as report.html")
    write_atomic(path, report_page(runs))
    return path


def report_page(runs: Sequence[Run]) -> str:
    """Make the page of a report."""
    labels = run_labels(runs)
    sections = one_run(runs[0]) if len(runs) == 1 else several_runs(runs, labels)
    title = f"{runs[0].name}: {labels[0]}" if len(runs) == 1 else f"{len(runs)} runs"
    names = ", ".join(dict.fromkeys(f"{run.name}, {run.topology.name}" for run in runs))
    subtitle = f"{runs[0].topology.name} · {runs[0].folder.path}" if len(runs) == 1 else names
    return make_page(f"{title} · report", sections, subtitle)


def one_run(run: Run) -> list[Section]:
    """Make all sections of a run."""
    problem = unreadable(run)
    answered = None if problem else answer_split(run)
    tested = answered.judgement.metrics if answered else {}
    notes = [note for note in answered.judgement.notes if "\n" not in note] if answered else []
    found = [
        Section("Overview", overview(run, tested, answered.split if answered else "", notes)),
        curves_section([run]),
    ]
    if problem:
        found[0] = Section("Overview", overview(run, {}, "", [f"What needs the data is left out: {problem}"]))
    elif isinstance(run.topology, LanguageModel):
        found += language_model_sections(run)
    if answered is not None:
        if isinstance(run.topology, SourceToText):
            found += text_sections(run, answered)
        elif isinstance(run.topology, SourceToLabel):
            found += label_sections(run, answered)
        elif isinstance(run.topology, Synced):
            found += frame_sections(answered)
        found.append(answers_section(run, answered))
    if not problem:
        found += plugin_sections(run)
    found.append(Section("Settings", settings_table([run], [""]), "Those that differ from the defaults."))
    if not problem:
        found.append(Section("Data", data_section(run)))
    return [*found, Section("Versions", versions([run], [""]))]


def unreadable(run: Run) -> str:
    """Say why a run's data cannot be read, if they moved or are gone; an empty text if they can."""
    try:
        return "" if run.splits else "there are none"
    except ZooError as error:
        return str(error)


def several_runs(runs: Sequence[Run], labels: Sequence[str]) -> list[Section]:
    """Make the sections that compare runs."""
    rows = []
    names: dict[str, None] = {}
    for run in runs:
        names |= dict.fromkeys(best_record(run.metrics).get("validation", {}))
    for run, label in zip(runs, labels, strict=True):
        records = run.metrics
        best = best_record(records)
        values = [best.get("validation", {}).get(name, float("nan")) for name in names]
        last = records[-1] if records else {}
        rows.append((label, run.name, int(best.get("step", 0)), round(float(last.get("seconds", 0))), *values))
    head = ("run", "task", "best step", "seconds", *(name.replace("_", " ") for name in names))
    return [
        Section("Comparison", table(head, rows), "Metrics of the best weights on each run's validation split."),
        curves_section(runs),
        Section("Settings", settings_table(runs, labels), "Shaded where runs differ, bold where not the default."),
        Section("Versions", versions(runs, labels)),
    ]


def curves_section(runs: Sequence[Run]) -> Section:
    """Make the section with the curves of runs."""
    found = [RunCurves(label, run.metrics) for run, label in zip(runs, run_labels(runs), strict=True)]
    return Section("Curves", curves(found))


def plugin_sections(run: Run) -> list[Section]:
    """Make the sections that plugins add; one that fails is left out with a warning."""
    found: list[Section] = []
    for name, make in run.task.components.reports.items():
        try:
            added = [replace(section) for section in make(with_model(run))]
        except Exception as error:
            reason = str(error) if isinstance(error, ZooError) else f"{type(error).__name__}: {error}"
            warnings.warn(f"the sections of plugin '{name}' are left out: {reason}", stacklevel=2)
        else:
            found += added
    return found


def run_labels(runs: Sequence[Run]) -> list[str]:
    """Name runs by their folders, as briefly as tells them apart."""
    paths = [run.folder.path.resolve() for run in runs]
    for depth in (1, 2, 3):
        labels = ["/".join(path.parts[-depth:]) for path in paths]
        if len(set(labels)) == len(set(paths)):
            return labels
    return [str(path) for path in paths]
