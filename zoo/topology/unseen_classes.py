"""Classes that only held-out examples have: the model cannot know them, and each counts as an error."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from zoo.codecs.label import canonical_label

if TYPE_CHECKING:
    import numpy as np

    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue


class TargetEncoder:
    """Encodes the labels of a split; in held-out examples a class that training never saw becomes -1.

    Args:
        codec: of the labels, fitted.
        split: `train`, `validation` or `test`.
    """

    def __init__(self, codec: Codec, split: str) -> None:
        self._split = split
        self._encode = getattr(codec, "encode_known", codec.encode) if split != "train" else codec.encode
        self._unseen: set[str] = set()

    def __call__(self, label: RawValue) -> np.ndarray:
        """The id of a label, int32 [], or of a sequence of labels, int32 [T]."""
        ids = self._encode(label)
        if self._split != "train" and ids.dtype.kind == "i" and (ids < 0).any():
            labels = label if ids.ndim else [label]
            self._unseen.update(
                canonical_label(one) for one, index in zip(labels, ids.reshape(-1), strict=True) if index < 0
            )
        return ids

    def warn(self) -> None:
        """Say which classes were met so far that training never saw."""
        if self._unseen:
            warnings.warn(
                f"{self._split} has classes that training never saw, which count as errors: {_listed(self._unseen)}",
                stacklevel=3,
            )


def as_answered(labels: Sequence[RawValue], known: Iterable[RawValue]) -> list[RawValue]:
    """True labels as the model writes them: 1.0 where it says "1"; what it cannot say stays as it is.

    Args:
        labels: of examples, or of the frames of one.
        known: the labels that the model can answer.
    """
    written = {canonical_label(label): label for label in known}
    return [written.get(canonical_label(label), label) for label in labels]


def unseen_note(labels: Sequence[RawValue], known: Iterable[RawValue]) -> tuple[str, ...]:
    """Yield a sentence about labels unseen in training, if there are any.

    Args:
        labels: of all held-out examples or frames.
        known: the labels that the model can answer.
    """
    keys = {canonical_label(label) for label in known}
    unseen = Counter(key for key in map(canonical_label, labels) if key not in keys)
    if not keys or not unseen:
        return ()
    share = f"{unseen.total():,} of {len(labels):,} labels"
    return (f"{share} are classes that training never saw, which count as errors: {_listed(unseen)}",)


def _listed(labels: Iterable[str], most: int = 5) -> str:
    names = sorted(labels)
    return ", ".join(map(repr, names[:most])) + (f" and {len(names) - most} more" if len(names) > most else "")
