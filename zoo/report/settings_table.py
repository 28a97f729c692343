"""The settings of runs: those that differ from the defaults in bold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from zoo.report.rendering import render, shorten
from zoo.settings import describe

if TYPE_CHECKING:
    from zoo.runs.run import Run


def settings_table(runs: Sequence[Run], labels: Sequence[str]) -> Markup:
    """List every setting with its value in each run.

    Args:
        runs: of any tasks.
        labels: one a run.
    """
    rows: dict[str, dict[str, Any]] = {}
    for place, run in enumerate(runs):
        reasons = run.folder.manifest().reasons
        for entry in describe(type(run.settings)):
            row = rows.setdefault(
                entry.name, {"name": entry.name, "help": entry.help, "values": [""] * len(runs), "changed": False}
            )
            value: object = run.settings
            for step in entry.name.split("."):
                value = getattr(value, step)
            row["values"][place] = shorten(_as_typed(value), 200)
            row["changed"] |= value != entry.default
            if entry.name in reasons:
                row["help"] = f"{entry.help} (chosen for {reasons[entry.name]})"
    for row in rows.values():
        row["differs"] = len(set(row["values"])) > 1
    changed = [row for row in rows.values() if row["changed"] or row["differs"]]
    return render("settings.html", changed=changed, rows=list(rows.values()), labels=labels)


def _as_typed(value: object) -> str:
    """Write a value as a user types it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(_as_typed(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
