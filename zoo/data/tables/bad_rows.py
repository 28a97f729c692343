"""Rows that cannot be used: the first ends the reading, or all are left out and counted."""

from __future__ import annotations

from zoo.errors import ZooError

_HOPELESS = 10_000  # bad rows, and more of them than of good ones: this is no table that has a few bad rows


class BadRows:
    """What to do with examples that cannot be read.

    Args:
        on_error: `stop` at the first, or `skip` them.
    """

    def __init__(self, on_error: str = "stop") -> None:
        if on_error not in ("stop", "skip"):
            raise ValueError(f"on_error must be 'stop' or 'skip', got {on_error!r}")
        self.skips = on_error == "skip"
        self.count = 0
        self._first = ""

    def add(self, place: str, problem: str, good: int | None = None) -> None:
        """Report a bad example.

        Args:
            place: file and line.
            problem: what is wrong there, and what would be right.
            good: how many examples were good so far, where the reader counts them.

        Raises:
            ZooError: reading stops at bad rows, or there are more bad ones than good ones.
        """
        if not self.skips:
            raise ZooError(f"{place}: {problem} (data.on_error=skip skips such examples)")
        self.count += 1
        self._first = self._first or f"{place}: {problem}"
        if good is not None and self.count >= max(_HOPELESS, good):
            raise ZooError(f"{self.count:,} examples cannot be read, only {good:,} can; the first: {self._first}")

    def include(self, other: BadRows) -> None:
        """Count what another reader left out, too."""
        self.count += other.count
        self._first = self._first or other._first

    @property
    def notes(self) -> list[str]:
        """A sentence about what was left out; empty where nothing was."""
        if not self.count:
            return []
        return [f"skipped {self.count:,} example{'s' if self.count > 1 else ''}; the first: {self._first}"]
