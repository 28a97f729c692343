"""Models built of the zoo's layers; each is an ordinary `keras.Model`."""

from __future__ import annotations

from zoo.models.decoder import Decoder

__all__ = ["Decoder"]
