"""The base of models that encode a source once and generate text from it: everything but the encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import keras

from zoo.backend.types import Config, Nest, Tensor
from zoo.layers.options import ModelOptions
from zoo.models.attending_decoder import AttendingDecoder
from zoo.models.exporting import TOKENS, Exportable


class EncoderDecoder(Exportable, keras.Model):
    """An encoder and an attending decoder; steps as its decoder does.

    A subclass says what it reads: `build`, `call`, and `encode`, which gives what the decoder's `prepare` gives.

    Args:
        encoder: reads the source.
        decoder: writes the target.
    """

    def __init__(
        self, encoder: keras.layers.Layer, decoder: AttendingDecoder, name: str, **keywords: Unpack[ModelOptions]
    ) -> None:
        super().__init__(name=name, **{**keywords, "autocast": False})
        self.encoder, self.decoder = encoder, decoder

    def input_signature(self) -> list[keras.InputSpec]:
        """Return what `call` reads: the source, and the target shifted by one."""
        return [self.source_spec(), TOKENS]

    def source_spec(self) -> keras.InputSpec:
        """Return what the source is: tokens."""
        return TOKENS

    @property
    def output_bias(self) -> keras.Variable:
        """The bias of the softmax, [V], which starts at the logarithms of the tokens' frequencies."""
        return self.decoder.output_bias

    @property
    def reinforce(self) -> Tensor:
        """The trainer of an attention that samples positions; None for other attentions."""
        return self.decoder.reinforce

    def start(self, rows: int | Tensor, memory: Tensor | None = None) -> dict[str, Nest]:
        """Give the state before the first token (see `AttendingDecoder.start`)."""
        return self.decoder.start(rows, memory)

    def step(self, tokens: Tensor, state: Nest, memory: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read one token a row (see `AttendingDecoder.step`)."""
        return self.decoder.step(tokens, state, memory)

    def alignment(self, state: Nest) -> Tensor:
        """Say where the last step looked, [B, S]."""
        return self.decoder.alignment(state)

    def get_config(self) -> Config:
        """Give the arguments that make this model again."""
        return {
            "name": self.name,
            "dtype": keras.saving.serialize_keras_object(self.dtype_policy),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config: Config, custom_objects: Mapping[str, object] | None = None) -> EncoderDecoder:
        """Make a model from what `get_config` returned."""
        parts = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects=custom_objects)
            for name in ("encoder", "decoder")
        }
        return cls(**{**config, **parts})

    def get_build_config(self) -> Config:
        """Say that it is to be built; the weights' shapes depend on no input."""
        return {"built": True}

    def build_from_config(self, config: Config) -> None:
        """Make all weights."""
        del config
        self.build()
