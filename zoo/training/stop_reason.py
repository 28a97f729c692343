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

    def advice(self, settings: TrainSettings, run: str) -> str:
        """Say how to train a run further that has reached a limit; empty where no limit ended it.

        Args:
            settings: with the limit.
            run: as `zoo resume` takes it.
        """
        if self in (StopReason.CALLBACK, StopReason.INTERRUPTED):
            return ""
        key = self.name.lower()
        limit = getattr(settings, key)
        return (
            f"{run} has already reached train.{key}={limit:g}, and was not trained further; raise train.{key}, as in: "
            f"zoo resume {run} train.{key}={2 * limit:g}"
        )
