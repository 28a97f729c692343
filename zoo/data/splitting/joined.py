"""Splits that were read one by one, put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from zoo.data.splitting.splits import Splits


@runtime_checkable
class Divisible(Protocol):
    """Examples that know how to divide themselves."""

    def split(self, validation: float, test: float) -> Splits:
        """Divide them by shares."""
        ...


def joined(parts: Mapping[str, Splits], validation: float, test: float) -> Splits:
    """Put splits together that were read one by one, each with all of its examples in `train`.

    Args:
        parts: split -> what was read for it; `train` is there.
        validation: share of the training examples to validate on, where there is no such part.
        test: share of them to test on, where there is none.
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
