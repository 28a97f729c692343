"""Class labels."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from zoo.codecs.codec_file import read_codec, write_codec
from zoo.errors import ZooError, did_you_mean

Label = str | int

_WHOLE = re.compile(r"([+-]?)(0|[1-9]\d*)(?:\.0*)?")
_FRACTION = re.compile(r"[+-]?(?:(?:0|[1-9]\d*)?\.\d+|\d\.\d*[eE][+-]?\d{1,2})")
_MISSING = ("nan", "n/a", "#n/a", "<na>", "null")
_LEAST_EXAMPLES = 20  # with fewer, labels may well be all different


def canonical_label(label: object) -> str:
    """The one way to write a label: 1, 1.0, "1", "+1.0" and "1.0e+00" are the same class, and so are true and "TRUE".

    Numbers that begin with a zero, such as 007, are codes and stay as they are.

    Args:
        label: a text, bytes of UTF-8, a number or a truth value.
    """
    if isinstance(label, (bool, np.bool_)):
        return "true" if label else "false"
    label = label.item() if isinstance(label, np.generic) else label
    text = label.decode("utf-8", "backslashreplace") if isinstance(label, bytes) else str(label)
    text = unicodedata.normalize("NFC", text).strip()
    if text.lower() in ("true", "false"):
        return text.lower()
    whole = _WHOLE.fullmatch(text)
    if whole:
        return f"{'-' if whole[1] == '-' and whole[2] != '0' else ''}{whole[2]}"
    return canonical_label(repr(float(text))) if _FRACTION.fullmatch(text) and repr(float(text)) != text else text


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
            ZooError: fewer than two classes, so that there is nothing to tell apart; or numbers, of which nearly all
                differ.
        """
        if self._given:
            return
        seen: dict[str, Label] = {}  # canonical label -> as it came first
        count = 0
        for value in values:
            for label in _listed(value):
                key = canonical_label(label)
                seen.setdefault(key, label if isinstance(label, int) and not isinstance(label, bool) else key)
                count += 1
        if len(seen) < 2:
            only = f"only {next(iter(seen.values()))!r}" if seen else "none"
            raise ZooError(f"the training examples need at least two different labels; they have {only}")
        if count >= _LEAST_EXAMPLES and len(seen) > 0.8 * count and all(map(_is_number, seen)):
            some = ", ".join(list(seen)[:3])
            raise ZooError(
                f"the labels look like numbers, not classes: {len(seen):,} different ones in {count:,} examples, such "
                f"as {some}; name the column of classes, put the numbers into a few ranges, or set data.target=number"
            )
        _warn_of_doubts(seen)
        self._set(sorted(seen.values(), key=lambda label: (isinstance(label, str), label)))

    def encode(self, value: Label | Sequence[Label]) -> np.ndarray:
        """The id of a label, int32 [], or of a sequence of labels, int32 [T].

        Raises:
            ZooError: a label that the training examples did not have.
        """
        ids = [self._id(label) for label in _listed(value)]
        return np.asarray(ids[0] if _is_label(value) else ids, np.int32)

    def encode_known(self, value: Label | Sequence[Label]) -> np.ndarray:
        """The same, and -1 for labels that the training examples did not have."""
        ids = [self._ids.get(canonical_label(label), -1) for label in _listed(value)]
        return np.asarray(ids[0] if _is_label(value) else ids, np.int32)

    def decode(self, array: npt.ArrayLike) -> Label | list[Label]:
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
        if not isinstance(labels, list) or not labels or not all(map(_is_label, labels)):
            raise ZooError(f"{folder / name}.json: damaged: it lists no labels; train the run again")
        self._set(labels)

    def _id(self, label: Label) -> int:
        key = canonical_label(label)
        if key not in self._ids:
            hint = did_you_mean(str(label), map(str, self.labels))
            raise ZooError(f"label {label!r} does not occur in the training examples{hint}")
        return self._ids[key]

    def _set(self, labels: Iterable[Label]) -> None:
        self.labels = tuple(labels)
        self._ids = {canonical_label(label): index for index, label in enumerate(self.labels)}


def _is_label(value: object) -> bool:
    return isinstance(value, (str, int, float, np.generic)) or (isinstance(value, np.ndarray) and value.ndim == 0)


def _listed(value: Label | Sequence[Label]) -> Sequence[Label]:
    return cast("Sequence[Label]", [value] if _is_label(value) else value)


def _is_number(label: str) -> bool:
    try:
        float(label)
    except ValueError:
        return False
    return True


def _warn_of_doubts(labels: Iterable[str]) -> None:
    """Say which labels differ by nothing but capitals or leading zeros, and which look like missing values."""
    alike: dict[str, list[str]] = {}
    numbers: dict[float, list[str]] = {}
    for label in labels:
        alike.setdefault(label.casefold(), []).append(label)
        if label.lower() in _MISSING:
            warnings.warn(f"the label {label!r} looks like a missing value; it is a class like any other", stacklevel=3)
        elif _is_number(label):
            numbers.setdefault(float(label), []).append(label)
    for same in alike.values():
        if len(same) > 1:
            warnings.warn(
                f"the labels {_named(same)} differ only by capitals; they are different classes", stacklevel=3
            )
    for same in numbers.values():
        if len(same) > 1:
            warnings.warn(f"the labels {_named(same)} are the same number; they are different classes", stacklevel=3)


def _named(labels: Iterable[str]) -> str:
    return " and ".join(repr(one) for one in sorted(labels))
