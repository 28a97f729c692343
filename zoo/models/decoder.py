"""A decoder: tokens in, logits of the next token out, with a state that can be carried on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.errors import UsageError
from zoo.layers import CellFactory, Stack, cell_by_name
from zoo.layers.options import ModelOptions
from zoo.models.exporting import Exportable
from zoo.ops.sampled_softmax import sampled_cross_entropy


@keras.saving.register_keras_serializable(package="zoo")
class Decoder(Exportable, keras.Model):
    """A recurrent language model: embedded or one-hot tokens, a stack of recurrent layers, a softmax's logits.

    The topology of Karpathy 2015, "The Unreasonable Effectiveness of Recurrent Neural Networks",
    https://karpathy.github.io/2015/05/21/rnn-effectiveness/.

    Args:
        vocabulary: V, the number of different tokens.
        cell: name of a recurrent cell (`rnn`, `lstm`, `gru`, or one that a plugin adds).
        layers: how many recurrent layers.
        units: U, of each layer.
        embedding: width of the token embedding; 0 reads tokens one-hot.
        dropout: dropout rate of each layer's output.
        tied: the logits use the embedding's matrix (Press and Wolf 2017, arXiv:1608.05859).
        sampled: tokens drawn for `sampled_losses`; 0 for none.
        cells: further cells by name, as plugins add them.

    Raises:
        UsageError: tied weights without an embedding of the units' width.
    """

    def __init__(
        self,
        vocabulary: int,
        cell: str = "lstm",
        layers: int = 2,
        units: int = 128,
        embedding: int = 128,
        dropout: float = 0.0,
        tied: bool = False,
        sampled: int = 0,
        cells: Mapping[str, CellFactory] | None = None,
        name: str = "decoder",
        **keywords: Unpack[ModelOptions],
    ) -> None:
        super().__init__(name=name, **keywords)
        if tied and embedding != units:
            raise UsageError(f"model.tied needs model.embedding equal to model.units; they are {embedding} and {units}")
        self.vocabulary, self.cell, self.depth, self.units = vocabulary, cell, layers, units
        self.width, self.rate, self.tied, self.sampled = embedding, dropout, tied, sampled
        self.embedding = keras.layers.Embedding(vocabulary, embedding, name="embedding") if embedding else None
        factory = cell_by_name(cell, cells or {})
        self.recurrent = Stack(factory, layers=layers, units=units, dropout=dropout, name="recurrent")
        if tied:
            self.logits = None
            self.bias = self.add_weight(shape=(vocabulary,), initializer="zeros", name="logits_bias")
        else:
            self.logits = keras.layers.Dense(vocabulary, name="logits")

    def build(self, input_shape: Shape | None = None) -> None:
        """Make all weights; the shape of the tokens does not matter."""
        if self.embedding is not None:
            self.embedding.build((None, None))
        self.recurrent.build((None, None, self.width or self.vocabulary))
        if self.logits is not None:
            self.logits.build((None, None, self.units))
        self.built = True

    @property
    def output_bias(self) -> keras.Variable:
        """The bias of the softmax, [V], which starts at the logarithms of the tokens' frequencies."""
        return self.bias if self.logits is None else self.logits.bias

    def call(self, tokens: Tensor, states: Nest = None, training: bool = False) -> tuple[Tensor, Tensor]:
        """Read whole sequences.

        Args:
            tokens: int `[B, T]`.
            states: of the recurrent layers, as `start` or an earlier call gave them; None for zeros.
            training: whether dropout is on.

        Returns:
            Logits `[B, T, V]` and the states after the last token.
        """
        # Given the embeddings, the first layer projects its V rows rather than the B x T tokens.
        outputs, states = self.recurrent(
            tokens, initial_state=states, training=training, embeddings=self.embedded_tokens()
        )  # [B, T, U]
        return self._project(outputs), states

    def sampled_losses(self, tokens: Tensor, target: Tensor, states: Nest = None) -> tuple[Tensor, Tensor]:
        """Read whole sequences in training, and compare each output with the right token and `sampled` drawn ones.

        Args:
            tokens: int `[B, T]`.
            target: int `[B, T]`, the right tokens.
            states: of the recurrent layers.

        Returns:
            Losses `[B, T]` in nats, float32 (see `zoo.ops.sampled_softmax`), and the states after the last token.
        """
        outputs, states = self.recurrent(tokens, initial_state=states, training=True, embeddings=self.embedded_tokens())
        if self.logits is not None:
            kernel, bias = ops.transpose(self.logits.kernel), self.logits.bias  # [V, U], [V]
        else:
            assert self.embedding is not None
            kernel, bias = self.embedding.embeddings, self.bias
        flat = ops.reshape(ops.cast(target, "int32"), (-1,))  # [N]
        losses = sampled_cross_entropy(ops.reshape(outputs, (-1, self.units)), flat, kernel, bias, self.sampled)
        return ops.reshape(losses, ops.shape(target)), states

    def start(self, rows: int, memory: Tensor | None = None) -> Tensor:
        """Give the states before the first token (see `zoo.search.Stepper`)."""
        del memory
        return self.recurrent.zero_state(rows)

    def step(self, tokens: Tensor, states: Nest, memory: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read one token a row (see `zoo.search.Stepper`): int `[B]` -> logits `[B, V]`, states."""
        del memory
        output, states = self.recurrent.step(tokens, states, embeddings=self.embedded_tokens())  # [B, U]
        return self._project(output), states

    def embedded_tokens(self) -> Tensor:
        """Give the vector of every token: its embedding `[V, E]`, or one-hot `[V, V]`."""
        return ops.eye(self.vocabulary) if self.embedding is None else self.embedding.embeddings

    def _project(self, outputs: Tensor) -> Tensor:
        if self.logits is not None:
            return self.logits(outputs)  # [..., V]
        assert self.embedding is not None
        matrix = ops.cast(ops.transpose(self.embedding.embeddings), self.compute_dtype)
        return ops.matmul(outputs, matrix) + ops.cast(self.bias, self.compute_dtype)  # [..., V]

    def get_config(self) -> Config:
        """Give the arguments that make this model again."""
        return {
            "name": self.name,
            "vocabulary": self.vocabulary,
            "cell": self.cell,
            "layers": self.depth,
            "units": self.units,
            "embedding": self.width,
            "dropout": self.rate,
            "tied": self.tied,
            "sampled": self.sampled,
        }
