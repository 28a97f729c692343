"""Several class labels at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zoo.codecs.codec import RawValue
from zoo.codecs.codec_file import read_codec, write_codec
from zoo.codecs.label import canonical_label
from zoo.errors import ZooError, did_you_mean

_SEPARATOR = re.compile(r"[;|,]")
NONE = "-"
"""Stands for no label in a table, whose cells are not empty."""


class LabelsCodec:
    """A set of labels as zeros and ones, one place a class.

    A value is a list of labels, or a text in which semicolons, commas or bars stand between them; `-` is no label.

    Args:
        threshold: the least probability of a label that is answered.
    """

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self.labels: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Number of classes."""
        if not self.labels:
            raise ValueError("the labels codec is neither fitted nor restored yet")
        return len(self.labels)

    def fit(self, values: Iterable[RawValue]) -> None:
        """Learn the classes.

        Raises:
            ZooError: no example has a label.
        """
        seen = {label for value in values for label in label_set(value)}
        if not seen:
            raise ZooError("the training examples have no labels")
        self.labels = tuple(sorted(seen))

    def encode(self, value: RawValue) -> np.ndarray:
        """Float32 [classes], 1 for each label of the value; [T, classes] for a list of lists.

        Raises:
            ZooError: a label that the training examples did not have.
        """
        if _is_sequence_of_sets(value):
            return np.stack([self.encode(one) for one in value])
        found = label_set(value)
        for label in found - set(self.labels):
            hint = did_you_mean(label, self.labels)
            raise ZooError(f"label {label!r} does not occur in the training examples{hint}")
        return self._array(found)

    def encode_known(self, value: RawValue) -> np.ndarray:
        """The same, without labels that the training examples did not have."""
        if _is_sequence_of_sets(value):
            return np.stack([self.encode_known(one) for one in value])
        return self._array(label_set(value))

    def decode(self, array: npt.ArrayLike) -> RawValue:
        """The labels of probabilities [classes] that reach the threshold; a list of such of [T, classes]."""
        chosen = np.asarray(array)
        if chosen.ndim > 1:
            return [self.decode(row) for row in chosen]
        return [label for label, value in zip(self.labels, chosen.tolist(), strict=True) if value >= self.threshold]

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`: the labels in their order, and the threshold."""
        write_codec(folder, name, "labels", {"labels": list(self.labels), "threshold": self.threshold})

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        content = read_codec(folder, name, "labels")
        labels, threshold = content.get("labels"), content.get("threshold")
        if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
            raise ZooError(f"{folder / name}.json: damaged: it lists no labels; train the run again")
        if not isinstance(threshold, float):
            raise ZooError(f"{folder / name}.json: damaged: it has no threshold; train the run again")
        self.labels, self.threshold = tuple(labels), threshold

    def _array(self, found: set[str]) -> np.ndarray:
        return np.array([label in found for label in self.labels], np.float32)


def label_set(value: RawValue) -> set[str]:
    """The labels of a raw value, each written in one way (see `canonical_label`)."""
    parts = _SEPARATOR.split(value) if isinstance(value, str) else value
    found = {canonical_label(part) for part in parts}
    return found - {"", NONE}


def _is_sequence_of_sets(value: RawValue) -> bool:
    return (
        isinstance(value, (list, tuple)) and bool(value) and all(isinstance(one, (list, tuple, set)) for one in value)
    )
