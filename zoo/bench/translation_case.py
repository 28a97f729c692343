"""One case of the translation benchmark, the same for all libraries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

LEARNING_RATE, CLIP = 1e-3, 1.0


class Case(NamedTuple):
    """An encoder and an attending decoder, both LSTM, and a batch without padding.

    Args:
        kind: `feeding`: additive attention and input feeding; `at-once`: dot attention over all steps at once.
        dtype: float32 or bfloat16.
        units: U, of the decoder; each direction of the encoder, and both embeddings, have half of it.
        pieces: V, of both languages.
        rows: B, sentences.
        length: T, tokens of each source and of each target.
        cores: how many cores a contender uses.
    """

    kind: str
    dtype: str
    units: int
    pieces: int
    rows: int
    length: int
    cores: int

    @property
    def feeding(self) -> bool:
        """Whether the attentional vector goes into the next step's input."""
        return self.kind == "feeding"

    def batch(self) -> dict[str, np.ndarray]:
        """Draw a batch as the topology many-to-many has it."""
        generator = np.random.default_rng(0)
        shape = (3, self.rows, self.length)
        source, previous, target = generator.integers(0, self.pieces, shape).astype("int32")
        present = np.ones(source.shape, "float32")
        return {
            "source": source,
            "source_mask": present.astype(bool),
            "previous": previous,
            "target": target,
            "weights": present,
        }


def case_of(words: Sequence[str]) -> Case:
    """Read a case from the arguments of a contender's process."""
    kind, dtype, *numbers = words
    return Case(kind, dtype, *map(int, numbers))
