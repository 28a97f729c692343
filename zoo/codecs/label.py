"""Class labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zoo.codecs.codec_file import read_codec, write_codec
from zoo.errors import ZooError, did_you_mean

Label = str | int


class LabelCodec:
    """One id a class, for an example's label or for a sequence of labels, one a frame.

    Args:
        labels: the classes in the order of their ids; empty to learn them from the training values, sorted.
    """

    def __init__(self, labels: Sequence[Label] = ()) -> None:
        self.labels: tuple[Label, ...] = ()
        self._ids: dict[Label, int] = {}
        self._given = bool(labels)
        self._set(labels)

    @property
    def size(self) -> int:
        """Number of classes."""
        if not self.labels:
            raise ValueError("the label codec is neither fitted nor restored yet")
        return len(self.labels)

    def fit(self, values: Iterable[Label | Sequence[Label]]) -> None:
        """Learn the classes.

        Raises:
            ZooError: fewer than two classes: there is nothing to tell apart.
        """
        if self._given:
            return
        seen: set[Label] = set()
        for value in values:
            seen.update([value] if isinstance(value, (str, int)) else value)
        if len(seen) < 2:
            only = f"only {next(iter(seen))!r}" if seen else "none"
            raise ZooError(f"the training examples need at least two different labels; they have {only}")
        self._set(sorted(seen, key=lambda label: (isinstance(label, str), label)))

    def encode(self, value: Label | Sequence[Label]) -> np.ndarray:
        """The id of a label, int32 [], or of a sequence of labels, int32 [T].

        Raises:
            ZooError: a label that the training examples did not have.
        """
        if isinstance(value, (str, int)):
            return np.asarray(self._id(value), np.int32)
        return np.asarray([self._id(label) for label in value], np.int32)

    def decode(self, array: Any) -> Any:
        """The label of an id [], or the list of labels of ids [T]."""
        ids = np.asarray(array)
        if ids.size and (ids.min() < 0 or ids.max() >= self.size):
            raise ValueError(f"ids must be between 0 and {self.size - 1}, got {ids.min()} to {ids.max()}")
        return self.labels[int(ids)] if ids.ndim == 0 else [self.labels[index] for index in ids.tolist()]

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`: the labels in the order of their ids."""
        write_codec(folder, name, "label", {"labels": list(self.labels)})

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        labels = read_codec(folder, name, "label").get("labels")
        if not isinstance(labels, list) or not labels:
            raise ZooError(f"{folder / name}.json: damaged: it lists no labels; train the run again")
        self._set(labels)

    def _id(self, label: Label) -> int:
        if label not in self._ids:
            hint = did_you_mean(str(label), map(str, self.labels))
            raise ZooError(f"label {label!r} does not occur in the training examples{hint}")
        return self._ids[label]

    def _set(self, labels: Iterable[Label]) -> None:
        self.labels = tuple(labels)
        self._ids = {label: index for index, label in enumerate(self.labels)}
