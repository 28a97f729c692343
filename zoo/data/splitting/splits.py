"""Training, validation and test examples of one data source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from zoo.codecs.codec import RawExample

Example = RawExample


@runtime_checkable
class Examples(Protocol):
    """Raw examples that can be iterated over again and again: a list, or an object that reads a file anew each time."""

    def __iter__(self) -> Iterator[Example]: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Splits:
    """What a data source gives to a task.

    Args:
        train: raw examples to learn from.
        validation: raw examples to choose by (schedules, early stopping, best weights); may be empty.
        test: raw examples that are looked at once, at the end; may be empty.
        notes: sentences for the user about what was read, such as how many files were skipped.
        columns: role -> name or number of the column of a table that it was read from.
    """

    train: Examples
    validation: Examples = ()
    test: Examples = ()
    notes: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)

    def items(self) -> Iterable[tuple[str, Examples]]:
        """The three splits with their names, empty ones included."""
        return (("train", self.train), ("validation", self.validation), ("test", self.test))
