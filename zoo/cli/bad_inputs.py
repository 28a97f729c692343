"""Reports inputs that cannot be answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from zoo.cli.console import echo
from zoo.errors import ZooError, one_line

if TYPE_CHECKING:
    from zoo.runtime.answered_inputs import AnsweredInput

ON_ERROR = ("report", "skip", "stop")


class BadInputs:
    """Reports bad inputs.

    Args:
        on_error: `report`: name each, answer the others, and fail at the end. `skip`: answer the others, and report at
            the end how many were skipped. `stop`: fail at the first.
    """

    def __init__(self, on_error: str) -> None:
        self._on_error = on_error
        self._count = 0
        self._first = ""

    def checked(self, answered: Iterable[AnsweredInput]) -> Iterator[AnsweredInput]:
        """Pass on answers, and report bad inputs.

        Raises:
            ZooError: an input is bad, and `on_error` is `stop`.
        """
        for one in answered:
            if one.problem:
                if self._on_error == "stop":
                    raise ZooError(f"{one.problem} (on_error=skip answers the others)")
                self._count += 1
                self._first = self._first or one.problem
                if self._on_error == "report":
                    echo(f"error: {one_line(one.problem)}", err=True)
            yield one

    def finish(self) -> int:
        """Report what was skipped, and return the command's exit status."""
        if not self._count:
            return 0
        if self._on_error == "skip":
            inputs = "input" if self._count == 1 else "inputs"
            echo(f"warning: skipped {self._count:,} {inputs}; the first: {one_line(self._first)}", err=True)
            return 0
        return 1
