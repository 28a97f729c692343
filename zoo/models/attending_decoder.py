"""A decoder with attention: tokens in, logits of the next token out, attending to the encoder's output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn, Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.errors import UsageError
from zoo.layers import (
    Attending,
    AttentionFactory,
    CellFactory,
    Dropout,
    Reinforce,
    Stack,
    Vocabulary,
    attention_by_name,
    cell_by_name,
)
from zoo.layers.options import ModelOptions
from zoo.layers.refusal import refuse
from zoo.models.scheduled_sampling import ScheduledSampling
from zoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="zoo")
class AttendingDecoder(keras.Model):
    """Embedded tokens, a stack of recurrent layers with attention over a memory, a softmax's logits.

    `prepare` processes a memory once; then the model is called with whole sequences (teacher forcing), or steps (see
    `zoo.search.Stepper`): both give the same numbers. The recurrent layers begin with a learned view of the memory: the
    encoder's summary, or where it has none the mean of the memory, through a dense layer and tanh.

    Args:
        vocabulary: V, the number of different tokens.
        memory: D, the width of the memory.
        summary: width of an encoder's summary; 0 if there is none.
        cell: name of a recurrent cell (`rnn`, `lstm`, `gru`, or one that a plugin adds).
        layers: how many recurrent layers.
        units: U, of each layer.
        embedding: E, width of a token's vector.
        attention: name of a mechanism (`additive`, `dot`, ..., or one that a plugin adds); `none` for no attention.
        attend: `after` the recurrent layers (Luong 2015) or `before` them (Bahdanau 2015); see `zoo.layers.Attending`.
        input_feeding: whether the attentional vector goes into the next step's input (Luong 2015).
        dropout: share that is dropped while training: of tokens' vectors, layers' outputs and attentional vectors.
        tied: the logits use the embedding's matrix.
        scheduled_sampling: share of the steps that in training read the model's own last choice; 0 for pure teacher
            forcing. Where it is not 0 it is kept in the weight `sampling_rate`, which a callback may assign to.
        cells: further cells by name, as plugins add them.
        attentions: further mechanisms by name, as plugins add them.
        attending: the recurrent layers with their attention, already made; then all said of them above is theirs.

    Raises:
        UsageError: an unknown name; tied weights without an embedding of the units' width; a rate outside [0, 1].
    """

    def __init__(
        self,
        vocabulary: int,
        memory: int,
        summary: int = 0,
        cell: str = "lstm",
        layers: int = 1,
        units: int = 256,
        embedding: int = 256,
        attention: str = "additive",
        attend: str = "after",
        input_feeding: bool = True,
        dropout: float = 0.0,
        tied: bool = False,
        scheduled_sampling: float = 0.0,
        cells: Mapping[str, CellFactory] | None = None,
        attentions: Mapping[str, AttentionFactory] | None = None,
        attending: Attending | None = None,
        name: str = "attending_decoder",
        **keywords: Unpack[ModelOptions],
    ) -> None:
        super().__init__(name=name, **{**keywords, "autocast": False})
        if not 0 <= scheduled_sampling <= 1:
            raise UsageError(f"scheduled_sampling must be from 0 to 1, not {scheduled_sampling}")
        policy = self.dtype_policy
        if attending is None:
            factory = cell_by_name(cell, cells or {})
            stack = Stack(factory, layers=layers, units=units, dropout=dropout, name="recurrent", dtype=policy)
            kind = attention_by_name(attention, attentions or {})
            mechanism = None if kind is None else kind(units, name="attention", dtype=policy)
            attending = Attending(stack, mechanism, attend, input_feeding, name="attending", dtype=policy)
        self.attending = attending
        # A mechanism that draws places learns where to look from how well the row came out.
        self.reinforce = Reinforce(name="reinforce") if hasattr(attending.attention, "sampled") else None
        self.vocabulary = Vocabulary(vocabulary, embedding, attending.units, tied, name="vocabulary", dtype=policy)
        self.dropout = Dropout(dropout, name="dropout", dtype=policy)
        self.memory_size, self.summary_size, self.scheduled_sampling = memory, summary, scheduled_sampling
        self.seeds = keras.random.SeedGenerator() if scheduled_sampling else None
        sizes = [list(layer.state_size) for layer in attending.stack.layers]
        self._state_sizes = sizes
        self.bridge = keras.layers.Dense(sum(map(sum, sizes)), activation="tanh", name="bridge", dtype=policy)
        self.sampling_rate: keras.Variable | None = None

    def build(self, input_shape: Shape | None = None) -> None:
        """Make all weights; the shape of the tokens does not matter."""
        del input_shape
        self.vocabulary.build()
        # Loaded from a file, it is built already.
        if not self.attending.built:
            self.attending.build((None, None, self.vocabulary.width), (None, None, self.memory_size))
        self.bridge.build((None, self.summary_size or self.memory_size))
        if self.reinforce is not None:
            self.reinforce.build((None,))
        if self.scheduled_sampling:
            self.sampling_rate = self.add_weight(
                shape=(),
                initializer=keras.initializers.Constant(self.scheduled_sampling),
                trainable=False,
                autocast=False,
                name="sampling_rate",
            )
        self.built = True

    @property
    def output_bias(self) -> keras.Variable:
        """The bias of the softmax, [V], which starts at the logarithms of the tokens' frequencies."""
        return self.vocabulary.bias

    def prepare(self, memory: Tensor, mask: Tensor | None = None, initial: Tensor | None = None) -> dict[str, Nest]:
        """Process a memory, once per source.

        Args:
            memory: [B, S, D].
            mask: [B, S], False at places that are not there; None for no such place.
            initial: [B, D'], an encoder's summary, for a model made with `summary`; else None.

        Returns:
            The `memory` argument of `start`, `step` and `call`: a nesting of tensors with the batch first.

        Raises:
            UsageError: a memory or a summary of another width than the model was made for.
        """
        if len(memory.shape) != 3 or memory.shape[-1] != self.memory_size:
            self._refuse(
                f"the memory has shape {tuple(memory.shape)}; it should be [batch, places, {self.memory_size}]"
            )
        found = 0 if initial is None else initial.shape[-1]
        if found != self.summary_size:
            wanted = f"a summary of width {self.summary_size}" if self.summary_size else "no summary"
            self._refuse(f"it was made for {wanted}, and got {f'one of width {found}' if found else 'none'}")
        if not self.built:
            self.build()
        prepared = self.attending.prepare(memory, mask)
        if initial is None:
            present = ops.cast(prepared["mask"], "float32")[:, :, None]  # [B, S, 1]
            total = ops.sum(zero_masked(ops.cast(memory, "float32"), prepared["mask"]), axis=1)  # [B, D]
            initial = total / ops.maximum(ops.sum(present, axis=1), 1.0)
        flat, begin, states = self.bridge(initial), 0, []
        for sizes in self._state_sizes:
            parts = []
            for size in sizes:
                parts.append(flat[:, begin : begin + size])
                begin += size
            states.append(parts)
        return {"prepared": prepared, "recurrent": states}

    def call(self, tokens: Tensor, memory: Nest = None, states: Nest = None, training: bool = False) -> dict[str, Nest]:
        """Read whole sequences: teacher forcing, or in training scheduled sampling.

        Args:
            tokens: int [B, T], the target shifted by one.
            memory: what `prepare` gave.
            states: from `start`, `step` or an earlier call; None to start from zero.
            training: whether dropout and scheduled sampling are on.

        Returns:
            `logits` [B, T, V]; `alignments` [B, T, S]; `states` after the last token; with hard attention also
            `log_probability` and `entropy` of its draws, each [B, T], for `zoo.layers.Reinforce`.
        """
        self._check(memory)
        if len(tokens.shape) != 2:
            self._refuse(f"the tokens have shape {tuple(tokens.shape)}; they should be [batch, time]")
        states = self.start(ops.shape(tokens)[0], memory) if states is None else states
        embeddings = feedback = None
        sequences: Tensor = tokens
        if training and self.scheduled_sampling:
            sequences = self.vocabulary.embed(tokens)  # [B, T, E]
            masks = self.dropout(ops.ones_like(sequences), training=training)
            feedback = ScheduledSampling(self.vocabulary, tokens, masks, self.sampling_rate, self.seeds)
        elif training and self.dropout.rate:
            sequences = self.dropout(self.vocabulary.embed(tokens), training=training)  # [B, T, E]
        else:
            embeddings = self.vocabulary.embeddings
        outcome = self.attending(
            sequences, memory["prepared"], state=states, training=training, embeddings=embeddings, feedback=feedback
        )
        vectors = self.dropout(outcome["vectors"], training=training)  # [B, T, U]
        outcome["logits"], outcome["states"] = self.vocabulary(vectors), outcome.pop("state")
        del outcome["vectors"]
        return outcome

    def start(self, rows: int | Tensor, memory: Nest = None) -> dict[str, Nest]:
        """Give the state before the first token (see `zoo.search.Stepper`).

        Args:
            rows: B, which the memory has, too.
            memory: what `prepare` gave.
        """
        del rows
        self._check(memory)
        return self.attending.start(memory["prepared"], memory["recurrent"])

    def step(self, tokens: Tensor, state: Nest, memory: Nest = None) -> tuple[Tensor, Tensor]:
        """Read one token a row (see `zoo.search.Stepper`).

        Args:
            tokens: int [B].
            state: what `start`, `step` or `call` gave.
            memory: what `prepare` gave.

        Returns:
            Logits [B, V] and the new state.
        """
        self._check(memory)
        vector, state = self.attending.step(self.vocabulary.embed(tokens), memory["prepared"], state)  # [B, U]
        return self.vocabulary(vector), state

    def alignment(self, state: Nest) -> Tensor:
        """Say where the last step looked, [B, S]."""
        return state["alignment"]

    def _check(self, memory: Nest) -> None:
        if memory is None:
            self._refuse("it needs memory=, which its method prepare gives")

    def _refuse(self, problem: str) -> NoReturn:
        refuse(f"{self.name}: {problem}")

    def get_config(self) -> Config:
        """Give the arguments that make this model again."""
        return {
            "name": self.name,
            "dtype": keras.saving.serialize_keras_object(self.dtype_policy),
            "vocabulary": self.vocabulary.size,
            "memory": self.memory_size,
            "summary": self.summary_size,
            "embedding": self.vocabulary.width,
            "dropout": self.dropout.rate,
            "tied": self.vocabulary.tied,
            "scheduled_sampling": self.scheduled_sampling,
            "attending": keras.saving.serialize_keras_object(self.attending),
        }

    @classmethod
    def from_config(cls, config: Config, custom_objects: Mapping[str, object] | None = None) -> AttendingDecoder:
        """Make a model from what `get_config` returned."""
        attending = keras.saving.deserialize_keras_object(config["attending"], custom_objects=custom_objects)
        return cls(**{**config, "attending": attending})

    def get_build_config(self) -> Config:
        """Say that it is to be built; the weights' shapes depend on no input."""
        return {"built": True}

    def build_from_config(self, config: Config) -> None:
        """Make all weights."""
        del config
        self.build()
