"""Recordings as one line of text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoo.topology import ManyToOne

SHOWN = 12
"""Numbers that are shown."""


def shown_numbers(value: np.ndarray | Sequence[float]) -> str:
    """The first numbers of the first feature, and how many steps there are."""
    numbers = np.asarray(value, np.float64).reshape(len(value), -1)[:, 0]  # [T]
    text = " ".join(f"{number:.4g}" for number in numbers[:SHOWN])
    return text if len(numbers) <= SHOWN else f"{text} ... ({len(numbers)} steps)"


class RecordingToTarget(ManyToOne):
    """Many-to-one, with recordings of vectors as sources."""

    def show(self, value: object, width: int = 72) -> str:
        """A recording as its first numbers; all else as text."""
        return shown_numbers(value) if isinstance(value, np.ndarray) else super().show(value, width)
