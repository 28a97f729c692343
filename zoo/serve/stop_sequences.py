"""Ends a text that comes in pieces where the first of some stop sequences is complete."""

from __future__ import annotations

from collections.abc import Sequence


class StopSequences:
    """Holds back what may be the beginning of a stop sequence.

    Args:
        stops: texts, none of them empty.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = stops
        self._held = ""

    def push(self, text: str) -> tuple[str, bool]:
        """Add a piece.

        Returns:
            What is certain to come before any stop sequence, and whether one has come.
        """
        if not self._stops:
            return text, False
        whole = self._held + text
        found = [(whole.find(stop) + len(stop), whole.find(stop)) for stop in self._stops if stop in whole]
        if found:
            self._held = ""
            return whole[: min(found)[1]], True
        keep = max((n for stop in self._stops for n in range(1, len(stop)) if whole.endswith(stop[:n])), default=0)
        self._held = whole[len(whole) - keep :]
        return whole[: len(whole) - keep], False

    def flush(self) -> str:
        """What was held back, at the end of the text."""
        held, self._held = self._held, ""
        return held
