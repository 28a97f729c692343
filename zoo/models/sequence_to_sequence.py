"""Sequence to sequence: an encoder and an attending decoder as one model."""

from __future__ import annotations

from typing import Unpack

import keras

from zoo.backend.types import Nest, Shape, Tensor
from zoo.layers.options import ModelOptions
from zoo.models.attending_decoder import AttendingDecoder
from zoo.models.encoder import Encoder
from zoo.models.encoder_decoder import EncoderDecoder


@keras.saving.register_keras_serializable(package="zoo")
class SequenceToSequence(EncoderDecoder):
    """Reads a source, then writes a target (Sutskever et al. 2014, Bahdanau et al. 2015); steps as its decoder does.

    Args:
        encoder: reads the source.
        decoder: writes the target; made for the encoder's memory, and for its summary or none.

    Example:
        >>> encoder = Encoder(8000, units=256)
        >>> decoder = AttendingDecoder(8000, encoder.output_size, summary=encoder.summary_size, units=512)
        >>> model = SequenceToSequence(encoder, decoder)
        >>> logits = model(source, previous, source_mask=mask)["logits"]  # [B, T, 8000]
        >>> memory = model.encode(source, mask)
        >>> logits, state = model.step(tokens, model.start(rows, memory), memory)
    """

    def __init__(
        self,
        encoder: Encoder,
        decoder: AttendingDecoder,
        name: str = "sequence_to_sequence",
        **keywords: Unpack[ModelOptions],
    ) -> None:
        super().__init__(encoder, decoder, name, **keywords)

    def build(self, input_shape: Shape | None = None) -> None:
        """Make all weights; the shapes of source and target do not matter."""
        del input_shape
        for part in (self.encoder, self.decoder):
            if not part.built:
                part.build()
        self.built = True

    def call(
        self, source: Tensor, previous: Tensor, source_mask: Tensor | None = None, training: bool = False
    ) -> dict[str, Nest]:
        """Read sources and targets.

        Args:
            source: int [B, S].
            previous: int [B, T], the target shifted by one.
            source_mask: [B, S], False at places that are not there; None for no such place.
            training: whether dropout and scheduled sampling are on.

        Returns:
            The decoder's output: `logits` [B, T, V], `alignments` [B, T, S], `states`.
        """
        return self.decoder(previous, memory=self.encode(source, source_mask, training), training=training)

    def encode(self, source: Tensor, source_mask: Tensor | None = None, training: bool = False) -> dict[str, Nest]:
        """Read sources, once each; arguments as of `call`, the result as of the decoder's `prepare`."""
        read = self.encoder(source, mask=source_mask, training=training)
        summary = read["summary"] if self.decoder.summary_size else None
        return self.decoder.prepare(read["memory"], read["mask"], summary)
