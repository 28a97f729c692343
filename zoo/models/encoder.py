"""An encoder: tokens in, a memory out, with a vector for every place and a summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.layers import CellFactory, Dropout, Stack, cell_by_name
from zoo.layers.options import ModelOptions
from zoo.layers.vocabulary import embedding_initializer
from zoo.models.exporting import Exportable


@keras.saving.register_keras_serializable(package="zoo")
class Encoder(Exportable, keras.Model):
    """Embedded tokens through a stack of recurrent layers that reads in both directions, or forward only.

    Args:
        vocabulary: V, the number of different tokens.
        cell: name of a recurrent cell (`rnn`, `lstm`, `gru`, or one that a plugin adds).
        layers: how many recurrent layers.
        units: U, of each layer and direction.
        embedding: E, width of a token's vector.
        bidirectional: whether to read in both directions; the memory is then 2 U wide.
        dropout: share that is dropped while training: of tokens' vectors and layers' outputs.
        word_dropout: share of the tokens whose whole vectors are dropped while training (Iyyer et al. 2015, "Deep
            Unordered Composition Rivals Syntactic Methods for Text Classification").
        cells: further cells by name, as plugins add them.
        stack: the recurrent layers, already made; then all said of them above is theirs.

    Raises:
        UsageError: an unknown cell.
    """

    def __init__(
        self,
        vocabulary: int,
        cell: str = "lstm",
        layers: int = 1,
        units: int = 256,
        embedding: int = 256,
        bidirectional: bool = True,
        dropout: float = 0.0,
        cells: Mapping[str, CellFactory] | None = None,
        stack: Stack | None = None,
        word_dropout: float = 0.0,
        name: str = "encoder",
        **keywords: Unpack[ModelOptions],
    ) -> None:
        super().__init__(name=name, **{**keywords, "autocast": False})
        if stack is None:
            factory = cell_by_name(cell, cells or {})
            stack = Stack(
                factory,
                layers=layers,
                units=units,
                dropout=dropout,
                bidirectional=bidirectional,
                name="recurrent",
                dtype=self.dtype_policy,
            )
        self.supports_masking = True
        self.stack = stack
        self.vocabulary, self.width = vocabulary, embedding
        self.dropout = Dropout(dropout, name="dropout", dtype=self.dtype_policy)
        whole = (None, None, 1)
        self.word_dropout = Dropout(word_dropout, noise_shape=whole, name="word_dropout", dtype=self.dtype_policy)
        self.output_size = stack.compute_output_shape((None, None))[0][-1]
        """D, the width of the memory."""
        self.summary_size = self.output_size
        """D', the width of the summary."""

    def build(self, input_shape: Shape | None = None) -> None:
        """Make all weights; the shape of the tokens does not matter."""
        del input_shape
        self.embeddings = self.add_weight(
            shape=(self.vocabulary, self.width), initializer=embedding_initializer(), autocast=False, name="embeddings"
        )
        # Loaded from a file, it is built already.
        if not self.stack.built:
            self.stack.build((None, None, self.width))
        self.built = True

    def call(self, source: Tensor, mask: Tensor | None = None, training: bool = False) -> dict[str, Nest]:
        """Read whole sequences.

        Args:
            source: int [B, S].
            mask: [B, S], False at places that are not there; None for no such place.
            training: whether dropout is on.

        Returns:
            `memory` [B, S, D]; `mask` [B, S], ones if there was none; `summary` [B, D'], the last layer's state after
            the last place (backward: after the first); `states`, for each layer a list of its last states.
        """
        source = ops.cast(source, "int32")
        mask = ops.ones_like(source, dtype="bool") if mask is None else ops.cast(mask, "bool")
        embedded = ops.cast(ops.take(self.embeddings, source, axis=0), self.compute_dtype)  # [B, S, E]
        embedded = self.dropout(self.word_dropout(embedded, training=training), training=training)
        memory, states = self.stack(embedded, mask=mask, training=training)  # [B, S, D]
        last = states[-1]
        halves = [last[0], last[len(last) // 2]] if memory.shape[-1] != last[0].shape[-1] else [last[0]]
        return {"memory": memory, "mask": mask, "summary": ops.concatenate(halves, -1), "states": states}

    def compute_mask(self, source: Tensor, previous_mask: Nest = None) -> None:
        """Attach no mask: it is among the outputs."""

    def get_config(self) -> Config:
        """Give the arguments that make this model again."""
        return {
            "name": self.name,
            "dtype": keras.saving.serialize_keras_object(self.dtype_policy),
            "vocabulary": self.vocabulary,
            "embedding": self.width,
            "dropout": self.dropout.rate,
            "word_dropout": self.word_dropout.rate,
            "stack": keras.saving.serialize_keras_object(self.stack),
        }

    @classmethod
    def from_config(cls, config: Config, custom_objects: Mapping[str, object] | None = None) -> Encoder:
        """Make a model from what `get_config` returned."""
        stack = keras.saving.deserialize_keras_object(config["stack"], custom_objects=custom_objects)
        return cls(**{**config, "stack": stack})

    def get_build_config(self) -> Config:
        """Say that it is to be built; the weights' shapes depend on no input."""
        return {"built": True}

    def build_from_config(self, config: Config) -> None:
        """Make all weights."""
        del config
        self.build()
