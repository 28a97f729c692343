"""The wirings of sequence models: what all tasks of one wiring share."""

from __future__ import annotations

from zoo.topology.answer import Answer, Judgement
from zoo.topology.inference import Inference
from zoo.topology.language_model import LanguageModel
from zoo.topology.many_to_one import ManyToOne
from zoo.topology.synced import Synced
from zoo.topology.topology import Topology

__all__ = ["Answer", "Inference", "Judgement", "LanguageModel", "ManyToOne", "Synced", "Topology"]
