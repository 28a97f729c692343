"""Joins splits that were read separately."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from zoo.data.splitting.splits import Splits


@runtime_checkable
class Divisible(Protocol):
    """Examples that can be divided."""

    def split(self, validation: float, test: float) -> Splits:
        """Divide them by shares."""
        ...


def joined(parts: Mapping[str, Splits], validation: float, test: float) -> Splits:
    """Join splits that were read separately, each with all of its examples in `train`.

    Args:
        parts: split -> its data; must contain `train`.
        validation: share of the training examples for validation, if there is no such part.
        test: share of them for testing, if there is no such part.
    """
    notes = [note for part in parts.values() for note in part.notes]
    lacking = {"validation": validation, "test": test}
    shares = [0.0 if split in parts else share for split, share in lacking.items()]
    train = parts["train"].train
    cut = Splits(train)
    if any(shares) and isinstance(train, Divisible):
        cut = train.split(shares[0], shares[1])
    held_out = parts["validation"].train if "validation" in parts else cut.validation
    tested = parts["test"].train if "test" in parts else cut.test
    return Splits(cut.train, held_out, tested, tuple(notes), parts["train"].columns)
