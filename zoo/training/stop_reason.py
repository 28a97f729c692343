"""Why a training ends."""

from __future__ import annotations

from enum import Enum

from zoo.settings import TrainSettings


class StopReason(Enum):
    """Why a training ended; the value is the text for people, with names of settings in braces."""

    STEPS = "{steps} steps done"
    EPOCHS = "{epochs:g} epochs done"
    MINUTES = "{minutes:g} minutes done"
    PATIENCE = "no progress in {patience} evaluations"
    CALLBACK = "a callback asked to stop"
    INTERRUPTED = "interrupted"

    def describe(self, settings: TrainSettings) -> str:
        """Return the reason as one clause, with the limit that was reached."""
        limits = {"epochs": settings.epochs, "minutes": settings.minutes}
        return self.value.format(steps=settings.steps, patience=settings.patience, **limits)
