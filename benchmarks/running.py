"""Trains in a process of its own, and says how fast and how large it was."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import zoo


class Measured(NamedTuple):
    """What a training came to."""

    speed: float
    """Weighed targets a second, the mean of the evaluations but the first."""
    peak: float
    """Resident memory at its highest, in MB."""
    metrics: list[dict[str, Any]]
    """The evaluations made."""


def measure(out: Path, *words: str) -> Measured:
    """Train by `zoo run`.

    Args:
        out: folder of the run.
        words: of the command, the task first.
    """
    process = subprocess.Popen([sys.executable, "-m", "zoo", "run", *words, f"out={out}"], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"zoo run {' '.join(words)} ended with {process.returncode}")
    metrics = zoo.load(out).metrics
    rates = [record["tokens_per_second"] for record in metrics]
    return Measured(statistics.mean(rates[1:] or rates), used.ru_maxrss / 1024, metrics)
