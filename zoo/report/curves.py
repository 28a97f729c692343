"""Curves: what `metrics.jsonl` holds, thinned to what a screen can show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from zoo.report.rendering import render, shorten

MOST = 400
"""Largest number of evaluations in a curve."""

SAME = ("nats", "bits", "perplexity")
"""Metrics that say the same as the loss in other units."""

Record = Mapping[str, Any]


@dataclass(frozen=True)
class RunCurves:
    """The evaluations of one run.

    Attributes:
        label: of the run, among others.
        records: lines of `metrics.jsonl`.
        monitor: the metric that decides which weights are best.
    """

    label: str
    records: Sequence[Record]
    monitor: str = "loss"


def thinned(records: Sequence[Record], monitor: str, most: int = MOST) -> list[Record]:
    """Choose evaluations so that no peak is lost.

    Of each stretch of the training, the evaluations with the least and the greatest value of the monitored metric stay,
    and the first and the last of all.

    Args:
        records: evaluations, in order.
        monitor: the metric.
        most: how many to keep, at least 4.
    """
    if len(records) <= most:
        return list(records)
    stretches = (most - 2) // 2
    kept = {0, len(records) - 1}
    for stretch in range(stretches):
        places = range(stretch * len(records) // stretches, (stretch + 1) * len(records) // stretches)
        kept.add(min(places, key=lambda place: _monitored(records[place], monitor)))
        kept.add(max(places, key=lambda place: _monitored(records[place], monitor)))
    return [records[place] for place in sorted(kept)]


def curves(runs: Sequence[RunCurves]) -> Markup | str:
    """Draw the curves of runs: losses in one chart, every other metric in one of its own."""
    shown = [(run, thinned(run.records, run.monitor, max(4, MOST // len(runs)))) for run in runs]
    if not any(records for _, records in shown):
        return "No evaluation has been made yet."
    charts = [_chart("Loss", shown, {"train": ("train", "loss"), "validation": ("validation", "loss")}, "nats", True)]
    metrics = dict.fromkeys(name for _, records in shown for record in records for name in record.get("validation", {}))
    for name in metrics:
        if name not in ("loss", *SAME):
            own = {"train": ("train", name), "validation": ("validation", name)}
            charts.append(_chart(_title(str(name)), shown, own))
    charts += [
        _chart("Learning rate", shown, {"learning rate": ("", "learning_rate")}),
        _chart("Gradient norm", shown, {"gradient norm": ("train", "gradient_norm")}),
        _chart("Speed", shown, {"speed": ("", "tokens_per_second")}, "targets a second"),
    ]
    return render("curves.html", charts=[chart for chart in charts if chart])


def _chart(
    title: str,
    shown: Sequence[tuple[RunCurves, Sequence[Record]]],
    series: Mapping[str, tuple[str, str]],
    unit: str = "",
    wide: bool = False,
) -> dict[str, object] | None:
    """Collect one chart: series name -> (part of the record, name in it)."""
    runs = []
    for run, records in shown:
        values = {name: [_value(record, *place) for record in records] for name, place in series.items()}
        values = {name: column for name, column in values.items() if any(item is not None for item in column)}
        if values:
            steps = [record["step"] for record in records]
            runs.append(
                {
                    "label": shorten(run.label, 60),
                    "steps": steps,
                    "names": [shorten(name, 60) for name in values],
                    "values": list(values.values()),
                }
            )
    return {"title": title, "unit": unit, "wide": wide, "data": {"runs": runs, "wide": wide}} if runs else None


def _title(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")


def _value(record: Record, part: str, name: str) -> float | None:
    found = record.get(part, {}) if part else record
    value = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(f"{value:.5g}")


def _monitored(record: Record, monitor: str) -> float:
    for part in ("validation", "train"):
        value = _value(record, part, monitor)
        if value is not None:
            return value
    return 0.0
