"""Models built of the zoo's layers; each is an ordinary `keras.Model`."""

from __future__ import annotations

from zoo.models.decoder import Decoder
from zoo.models.picture_encoder import PictureEncoder
from zoo.models.tagger import Tagger

__all__ = ["Decoder", "PictureEncoder", "Tagger"]
