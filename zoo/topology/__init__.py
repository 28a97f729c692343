"""The wirings of sequence models: what all tasks of one wiring share."""

from __future__ import annotations

from zoo.topology.answer import Answer, Judgement
from zoo.topology.inference import Inference
from zoo.topology.language_model import LanguageModel
from zoo.topology.many_to_many import ManyToMany
from zoo.topology.many_to_one import ManyToOne
from zoo.topology.one_to_many import OneToMany
from zoo.topology.source_to_text import SourceToText
from zoo.topology.synced import Synced
from zoo.topology.topology import Topology

__all__ = [
    "Answer",
    "Inference",
    "Judgement",
    "LanguageModel",
    "ManyToMany",
    "ManyToOne",
    "OneToMany",
    "SourceToText",
    "Synced",
    "Topology",
]
