"""The first section: how well the run does, and what it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from zoo.report.rendering import number, render
from zoo.training.progress import duration

if TYPE_CHECKING:
    from zoo.runs.run import Run


def overview(run: Run, tested: Mapping[str, float], split: str, notes: Sequence[str] = ()) -> Markup:
    """Describe a run in a few numbers.

    Args:
        run: trained.
        tested: metrics on a held-out split; may be empty.
        split: its name.
        notes: lines below the numbers.
    """
    records = run.metrics
    best = best_record(records)
    facts: list[tuple[str, str]] = []
    if records:
        last = records[-1]
        facts += [("trained for", duration(float(last.get("seconds", 0)))), ("steps", number(last["step"]))]
        facts.append(("epochs", number(float(last.get("epoch", 0)), 3)))
        facts.append(("best weights at step", number(best["step"])))
        facts += [(f"validation {name}".replace("_", " "), number(value)) for name, value in _once(best)]
    facts += [(f"{split} {name}".replace("_", " "), number(value)) for name, value in tested.items()]
    return render("overview.html", facts=facts, notes=notes)


def _once(record: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return the validation metrics, without a loss that is also given as nats a character."""
    found: Mapping[str, float] = record.get("validation", {})
    return [(name, value) for name, value in found.items() if name != "loss" or found.get("nats") != value]


def best_record(records: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the evaluation with the best weights: the last that was better than all before it."""
    return next((record for record in reversed(records) if record.get("best")), records[-1] if records else {})
