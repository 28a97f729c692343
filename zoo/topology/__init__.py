"""The topologies of sequence models: what all tasks of one topology share."""

from __future__ import annotations

from zoo.topology.alignment import Alignment
from zoo.topology.alignment_drawing import alignment_image
from zoo.topology.answer import Answer, Judgement
from zoo.topology.inference import Inference
from zoo.topology.language_model import LanguageModel
from zoo.topology.many_to_many import ManyToMany
from zoo.topology.many_to_one import ManyToOne
from zoo.topology.one_to_many import OneToMany
from zoo.topology.one_to_one import OneToOne
from zoo.topology.source_to_label import SourceToLabel
from zoo.topology.source_to_text import SourceToText
from zoo.topology.synced import Synced
from zoo.topology.topology import Topology

__all__ = [
    "Alignment",
    "Answer",
    "Inference",
    "Judgement",
    "LanguageModel",
    "ManyToMany",
    "ManyToOne",
    "OneToMany",
    "OneToOne",
    "SourceToLabel",
    "SourceToText",
    "Synced",
    "Topology",
    "alignment_image",
]
