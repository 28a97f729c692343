"""The exception raised after Ctrl-C, or a notebook's stop button, has ended a training and the run is saved."""

from __future__ import annotations

import signal
from typing import Any, Protocol, TypeVar

from zoo.runs.folder import RunFolder


class Interruptible(Protocol):
    """A run whose training may have been interrupted by a signal."""

    folder: RunFolder
    interrupted: int


Trained = TypeVar("Trained", bound=Interruptible)


class TrainingInterrupt(KeyboardInterrupt):
    """A training was interrupted, and the run is saved.

    Attributes:
        run: that was trained; `run.resume()` continues it.
    """

    def __init__(self, run: Interruptible) -> None:
        folder = str(run.folder.path)
        super().__init__(f"the run is saved in {folder}; zoo.load({folder!r}).resume() continues it")
        self.run: Any = run


def raise_if_interrupted(run: Trained) -> Trained:
    """Return the run, unless SIGINT ended its training.

    Raises:
        TrainingInterrupt: SIGINT ended it.
    """
    if run.interrupted == signal.SIGINT:
        raise TrainingInterrupt(run)
    return run
