"""Training, validation and test examples of one data source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from zoo.codecs.codec import RawExample

Example = RawExample


@runtime_checkable
class Examples(Protocol):
    """Raw examples that can be iterated over repeatedly: a list, or an object that rereads a file."""

    def __iter__(self) -> Iterator[Example]: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Splits:
    """The data of a source, in three splits.

    Args:
        train: raw examples for training.
        validation: raw examples for schedules, early stopping and the choice of weights; may be empty.
        test: raw examples used once, at the end; may be empty.
        notes: sentences for the user about what was read, such as how many files were skipped.
        columns: role -> name or number of its table column.
    """

    train: Examples
    validation: Examples = ()
    test: Examples = ()
    notes: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)

    def items(self) -> Iterable[tuple[str, Examples]]:
        """Return the three splits by name, including empty ones."""
        return (("train", self.train), ("validation", self.validation), ("test", self.test))
