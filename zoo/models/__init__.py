"""Models built of the zoo's layers; each is an ordinary `keras.Model`."""

from __future__ import annotations

from zoo.models.attending_decoder import AttendingDecoder
from zoo.models.backbone import Backbone, check_backbone
from zoo.models.backbone_encoder import BackboneEncoder
from zoo.models.classifier import Classifier
from zoo.models.decoder import Decoder
from zoo.models.encoder import Encoder
from zoo.models.image_encoder import ImageEncoder
from zoo.models.image_to_text import ImageToText
from zoo.models.pooling import Pooling
from zoo.models.sequence_to_sequence import SequenceToSequence
from zoo.models.tagger import Tagger

__all__ = [
    "AttendingDecoder",
    "Backbone",
    "BackboneEncoder",
    "Classifier",
    "Decoder",
    "Encoder",
    "ImageEncoder",
    "ImageToText",
    "Pooling",
    "SequenceToSequence",
    "Tagger",
    "check_backbone",
]
