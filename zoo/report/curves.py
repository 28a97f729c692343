"""Curves: what `metrics.jsonl` holds, thinned to what a screen can show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from zoo.report.rendering import render, shorten

MOST = 800
"""Largest number of evaluations in a chart."""

SAME = ("nats", "bits", "perplexity")
"""Metrics that say the same as the loss in other units."""

Record = Mapping[str, Any]


@dataclass(frozen=True)
class RunCurves:
    """The evaluations of one run.

    Attributes:
        label: of the run, among others.
        records: lines of `metrics.jsonl`.
    """

    label: str
    records: Sequence[Record]


def thinned(columns: Sequence[Sequence[float | None]], most: int = MOST) -> list[int]:
    """Choose evaluations so that no peak is lost.

    Of each stretch of the training, the evaluations with the least and the greatest value of each column stay, and the
    first and the last of all.

    Args:
        columns: metrics, each with a value an evaluation, or None.
        most: how many to keep, at least 2, and 2 more for each column.

    Returns:
        Their places, in order.
    """
    values = np.array(columns, np.float64)  # [C, N]
    count = values.shape[1]
    if count <= most:
        return list(range(count))
    stretches = (most - 2) // (2 * len(columns))
    borders = np.arange(stretches + 1) * count // stretches
    kept = {0, count - 1}
    for start, end in zip(borders, borders[1:], strict=False):
        for column in values[:, start:end]:
            known = np.flatnonzero(~np.isnan(column))
            if len(known):
                kept |= {int(start + known[place(column[known])]) for place in (np.argmin, np.argmax)}
    return sorted(kept)


def curves(runs: Sequence[RunCurves]) -> Markup | str:
    """Draw the curves of runs: losses in one chart, every other metric in one of its own."""
    if not any(run.records for run in runs):
        return "No evaluation has been made yet."
    charts = [_chart("Loss", runs, {"train": ("train", "loss"), "validation": ("validation", "loss")}, "nats", True)]
    metrics = dict.fromkeys(name for run in runs for record in run.records for name in record.get("validation", {}))
    for name in metrics:
        if name not in ("loss", *SAME):
            own = {"train": ("train", name), "validation": ("validation", name)}
            charts.append(_chart(_title(str(name)), runs, own))
    charts += [
        _chart("Learning rate", runs, {"learning rate": ("", "learning_rate")}),
        _chart("Gradient norm", runs, {"gradient norm": ("train", "gradient_norm")}),
        _chart("Speed", runs, {"speed": ("", "tokens_per_second")}, "targets a second"),
    ]
    return render("curves.html", charts=[chart for chart in charts if chart])


def _chart(
    title: str,
    runs: Sequence[RunCurves],
    series: Mapping[str, tuple[str, str]],
    unit: str = "",
    wide: bool = False,
) -> dict[str, object] | None:
    """Collect one chart: series name -> (part of the record, name in it)."""
    drawn = []
    most = max(8, MOST // len(runs))
    for run in runs:
        values = {name: [_value(record, *place) for record in run.records] for name, place in series.items()}
        values = {name: column for name, column in values.items() if any(item is not None for item in column)}
        if values:
            kept = thinned(list(values.values()), most)
            drawn.append(
                {
                    "label": shorten(run.label, 60),
                    "steps": [run.records[place]["step"] for place in kept],
                    "names": [shorten(name, 60) for name in values],
                    "values": [[_rounded(column[place]) for place in kept] for column in values.values()],
                }
            )
    return {"title": title, "unit": unit, "wide": wide, "data": {"runs": drawn, "wide": wide}} if drawn else None


def _title(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")


def _value(record: Record, part: str, name: str) -> float | None:
    found = record.get(part, {}) if part else record
    value = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")
