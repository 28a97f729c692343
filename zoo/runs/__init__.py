"""A run: train it, load it, resume it.

In: a task and its settings, or a run's folder. Out: a `Run` that makes predictions, and a folder with everything that
    it needs.
"""

from __future__ import annotations

from zoo.runs.folder import RunFolder
from zoo.runs.loaded_run import load
from zoo.runs.new_run import run
from zoo.runs.run import Run

__all__ = ["Run", "RunFolder", "load", "run"]
