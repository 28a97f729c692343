"""Sequence to sequence: an encoder and an attending decoder as one model."""

from __future__ import annotations

from typing import Any

import keras

from zoo.models.attending_decoder import AttendingDecoder
from zoo.models.encoder import Encoder


@keras.saving.register_keras_serializable(package="zoo")
class SequenceToSequence(keras.Model):
    """Reads a source, then writes a target (Sutskever et al. 2014, Bahdanau et al. 2015); steps as its decoder does.

    Args:
        encoder: reads the source.
        decoder: writes the target; made for the encoder's memory, and for its summary or none.

    Example:
        >>> encoder = Encoder(8000, units=256)
        >>> decoder = AttendingDecoder(8000, encoder.output_size, summary=encoder.summary_size, units=512)
        >>> model = SequenceToSequence(encoder, decoder)
        >>> logits = model(source, previous, source_mask=mask)["logits"]  # [B, T, 8000]
        >>> remembered = model.remember(source, mask)
        >>> logits, state = model.step(tokens, model.start(rows, remembered), remembered)
    """

    def __init__(
        self, encoder: Encoder, decoder: AttendingDecoder, name: str = "sequence_to_sequence", **keywords: Any
    ) -> None:
        super().__init__(name=name, **{**keywords, "autocast": False})
        self.encoder, self.decoder = encoder, decoder

    def build(self, input_shape: Any = None) -> None:
        """Make all weights; the shapes of source and target do not matter."""
        del input_shape
        for part in (self.encoder, self.decoder):
            if not part.built:
                part.build()
        self.built = True

    def call(self, source: Any, previous: Any, source_mask: Any = None, training: bool = False) -> dict[str, Any]:
        """Read sources and targets.

        Args:
            source: int [B, S].
            previous: int [B, T], the target shifted by one.
            source_mask: [B, S], False at places that are not there; None for no such place.
            training: whether dropout and scheduled sampling are on.

        Returns:
            What the decoder's call gives: `logits` [B, T, V], `alignments` [B, T, S], `states`.
        """
        return self.decoder(previous, memory=self.remember(source, source_mask, training), training=training)

    def remember(self, source: Any, source_mask: Any = None, training: bool = False) -> dict[str, Any]:
        """Read sources, once each; arguments as of `call`, the result as of the decoder's `remember`."""
        read = self.encoder(source, mask=source_mask, training=training)
        summary = read["summary"] if self.decoder.summary_size else None
        return self.decoder.remember(read["memory"], read["mask"], summary)

    @property
    def reinforce(self) -> Any:
        """What trains an attention that draws places; None for another attention."""
        return self.decoder.reinforce

    def start(self, rows: Any, memory: Any = None) -> dict[str, Any]:
        """Give the state before the first token (see `AttendingDecoder.start`)."""
        return self.decoder.start(rows, memory)

    def step(self, tokens: Any, state: Any, memory: Any = None) -> tuple[Any, Any]:
        """Read one token a row (see `AttendingDecoder.step`)."""
        return self.decoder.step(tokens, state, memory)

    def alignment(self, state: Any) -> Any:
        """Say where the last step looked, [B, S]."""
        return self.decoder.alignment(state)

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that make this model again."""
        return {
            "name": self.name,
            "dtype": keras.saving.serialize_keras_object(self.dtype_policy),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> SequenceToSequence:
        """Make a model from what `get_config` returned."""
        parts = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects=custom_objects)
            for name in ("encoder", "decoder")
        }
        return cls(**{**config, **parts})

    def get_build_config(self) -> dict[str, Any]:
        """Say that it is to be built; the weights' shapes depend on no input."""
        return {"built": True}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Make all weights."""
        del config
        self.build()
