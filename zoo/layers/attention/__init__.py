"""Attention over any memory `[B, S, D]`, masked; every mechanism gives its alignment `[B, T, S]`."""

from __future__ import annotations

from zoo.layers.attention.additive import AdditiveAttention
from zoo.layers.attention.attention import Attention, masked_softmax
from zoo.layers.attention.concat import ConcatAttention
from zoo.layers.attention.coverage import CoverageAttention, coverage_loss
from zoo.layers.attention.dot import DotAttention
from zoo.layers.attention.general import GeneralAttention
from zoo.layers.attention.hard import HardAttention
from zoo.layers.attention.location import LocationAttention
from zoo.layers.attention.monotonic import MonotonicAttention, monotonic_alignment
from zoo.layers.attention.multihead import MultiHeadAttention
from zoo.layers.attention.names import ATTENTIONS, AttentionFactory, attention_by_name

__all__ = [
    "ATTENTIONS",
    "AdditiveAttention",
    "Attention",
    "AttentionFactory",
    "ConcatAttention",
    "CoverageAttention",
    "DotAttention",
    "GeneralAttention",
    "HardAttention",
    "LocationAttention",
    "MonotonicAttention",
    "MultiHeadAttention",
    "attention_by_name",
    "coverage_loss",
    "masked_softmax",
    "monotonic_alignment",
]
