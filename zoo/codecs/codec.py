"""The contract between a raw value and the array that a model sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np

RawValue: TypeAlias = Any
"""What a user's data hold before any codec: a text, a label, a file's path, an array, a sequence of such."""

RawExample: TypeAlias = Mapping[str, RawValue]
"""Role (`source`, `target`) -> raw value."""


@runtime_checkable
class Codec(Protocol):
    """Turns raw values into arrays and back; the state learned from training values is saved in the run's folder.

    A codec is made unfitted by `Task.codecs()`. Training fits and saves it, everything later restores it.
    """

    @property
    def size(self) -> int:
        """Number of tokens or classes: ids are 0 to `size` - 1."""
        ...

    def fit(self, values: Iterable[RawValue]) -> None:
        """Learn what there is to learn (an alphabet, pieces, the classes) from the training values, read once."""
        ...

    def encode(self, value: RawValue) -> np.ndarray:
        """The array of one raw value."""
        ...

    def decode(self, array: Any) -> RawValue:
        """The raw value of one array; the inverse of `encode`."""
        ...

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write the learned state to files in the folder whose names begin with `name`, each atomically."""
        ...

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote.

        Raises:
            ZooError: a file is missing or damaged, or was written by another kind of codec; names it.
        """
        ...
