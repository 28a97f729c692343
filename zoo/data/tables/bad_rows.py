"""Handles unusable rows: stops at the first, or skips and counts them."""

from __future__ import annotations

from zoo.errors import ZooError

_HOPELESS = 10_000  # with more bad rows than good ones, the file is probably not such a table


class BadRows:
    """Collects examples that cannot be read.

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
            good: number of good examples so far, if counted.

        Raises:
            ZooError: reading stops at bad rows, or most rows are bad.
        """
        if not self.skips:
            raise ZooError(f"{place}: {problem} (data.on_error=skip skips such examples)")
        self.count += 1
        self._first = self._first or f"{place}: {problem}"
        if good is not None and self.count >= max(_HOPELESS, good):
            raise ZooError(f"{self.count:,} examples cannot be read, only {good:,} can; the first: {self._first}")

    def include(self, other: BadRows) -> None:
        """Add the counts of another reader."""
        self.count += other.count
        self._first = self._first or other._first

    @property
    def notes(self) -> list[str]:
        """Return a sentence about skipped examples, or an empty text."""
        if not self.count:
            return []
        return [f"skipped {self.count:,} example{'s' if self.count > 1 else ''}; the first: {self._first}"]
