"""The tagger: words and their characters in, a recurrent encoder in both directions, scores of labels out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import keras
from keras import ops

from zoo.layers import Dropout, Stack, Tensor, cell_by_name
from zoo_tagging.words import WIDTH


class WordTagger(keras.Model):
    """Scores the labels of words.

    Args:
        words: number of words.
        characters: number of characters.
        labels: C, number of labels.
        cell: name of a recurrent cell.
        layers: how many recurrent layers.
        units: of each layer and direction.
        embedding: width of a word's vector.
        dropout: share that is dropped in training, of words' vectors and layers' outputs.
        crf: whether labels have scores for following one another (see `zoo_tagging.crf`).
        cells: further cells, as plugins add them.
    """

    def __init__(
        self,
        words: int,
        characters: int,
        labels: int,
        cell: str = "lstm",
        layers: int = 1,
        units: int = 100,
        embedding: int = 100,
        dropout: float = 0.5,
        crf: bool = False,
        cells: Mapping[str, Callable[..., keras.Layer]] | None = None,
        **keywords: object,
    ) -> None:
        super().__init__(name=keywords.pop("name", "word_tagger"), **keywords)
        self.sizes = (words, characters, labels)
        self.width, self.crf = embedding, crf
        self.dropout = Dropout(dropout, name="dropout")
        factory = cell_by_name(cell, cells or {})
        self.stack = Stack(factory, layers=layers, units=units, dropout=dropout, bidirectional=True, name="recurrent")
        self.spelling = keras.layers.Dense(64, activation="relu", name="spelling")
        self.scores = keras.layers.Dense(labels, name="scores")

    def build(self, input_shape: Sequence[int | None] | None = None) -> None:
        """Make all weights."""
        del input_shape
        words, characters, labels = self.sizes
        uniform = keras.initializers.RandomUniform(-0.17, 0.17)
        self.embeddings = self.add_weight(shape=(words, self.width), initializer=uniform, name="embeddings")
        self.letters = self.add_weight(shape=(characters, 16), initializer=uniform, name="letters")
        self.transitions = None
        if self.crf:
            self.transitions = self.add_weight(shape=(labels, labels), initializer="zeros", name="transitions")
        self.spelling.build((None, None, 16 * (WIDTH - 1)))
        self.stack.build((None, None, self.width + 64))
        self.scores.build((None, None, self.stack.compute_output_shape((None, None, 1))[0][-1]))
        self.built = True

    def call(self, source: Tensor, mask: Tensor = None, training: bool = False) -> Tensor:
        """Score the labels.

        Args:
            source: int [B, S, 9] (see `zoo_tagging.words`).
            mask: bool [B, S], False at padding.
            training: whether dropout is on.

        Returns:
            [B, S, C].
        """
        source = ops.cast(source, "int32")
        words = ops.take(self.embeddings, source[:, :, 0], axis=0)  # [B, S, E]
        letters = ops.take(self.letters, source[:, :, 1:], axis=0)  # [B, S, 8, 16]
        shape = ops.shape(letters)
        spelling = self.spelling(ops.reshape(letters, (shape[0], shape[1], 16 * (WIDTH - 1))))  # [B, S, 64]
        both = self.dropout(ops.concatenate([words, spelling], axis=-1), training=training)
        memory, _ = self.stack(both, mask=mask, training=training)  # [B, S, 2 U]
        return self.scores(memory)
