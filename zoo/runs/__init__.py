"""A run: train it, load it, resume it; and the folder that it lives in."""

from __future__ import annotations

from zoo.runs.entry import load, run
from zoo.runs.folder import RunFolder
from zoo.runs.run import Run

__all__ = ["Run", "RunFolder", "load", "run"]
