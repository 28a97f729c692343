"""The case of the search benchmark, the same for all libraries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

VOCABULARY = 96
PENALTY = 0.6
BEGIN, END = 1, 2


class SampleCase(NamedTuple):
    """Sampling at temperature 1 from a character language model: an embedding, two LSTM layers, a softmax.

    Args:
        units: H, of the embedding and both layers.
        rows: B, texts at a time.
        steps: characters of each text.
        cores: how many cores a contender uses.
    """

    units: int
    rows: int
    steps: int
    cores: int


class BeamCase(NamedTuple):
    """Beam search with an attending LSTM decoder with input feeding, over what a bidirectional LSTM has read.

    No text ends before its greatest length, so that all contenders make the same number of steps.

    Args:
        units: U, of the decoder; each direction of the encoder, and both embeddings, have half of it.
        vocabulary: V, of both languages.
        sentences: how many there are.
        places: S, tokens of each.
        length: T, tokens of each answer.
        beam: W.
        batch: sentences at a time.
        cores: how many cores a contender uses.
    """

    units: int
    vocabulary: int
    sentences: int
    places: int
    length: int
    beam: int
    batch: int
    cores: int

    def sources(self) -> np.ndarray:
        """Draw the sentences: int32 [N, S]."""
        shape = (self.sentences, self.places)
        return np.random.default_rng(0).integers(END + 1, self.vocabulary, shape).astype("int32")

    def weights(self) -> list[np.ndarray]:
        """Draw the model's weights: those of `zoo.models.SequenceToSequence`, in its order.

        The recurrent ones have their gates in the order input, forget, cell, output; all matrices are [in, out].
        """
        units, half, size = self.units, self.units // 2, self.vocabulary
        reader = [(half, 4 * half), (half, 4 * half), (4 * half,)]
        memory = 2 * half
        writer = [(half + units, 4 * units), (units, 4 * units), (4 * units,)]
        attention = [(units, units), (memory, units), (units, 1)]
        shapes = [
            *((size, half), *reader, *reader),
            *((memory + units, units), *writer, *attention),
            *((size, half), (units, size), (size,)),
            *((memory, 2 * units), (2 * units,)),
        ]
        generator = np.random.default_rng(1)
        # Large enough that the answers hang on every weight, and that no two texts are about as good.
        return [
            (generator.standard_normal(shape) * (3 / np.sqrt(shape[0]) if len(shape) > 1 else 0.1)).astype("float32")
            if shape != (size, half)
            else generator.standard_normal(shape).astype("float32")
            for shape in shapes
        ]


def case_of(words: Sequence[str]) -> SampleCase | BeamCase:
    """Read a case from the arguments of a contender's process."""
    numbers = list(map(int, words[1:]))
    return BeamCase(*numbers) if words[0] == "beam" else SampleCase(*numbers)
